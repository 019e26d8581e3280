//go:build e2e

package e2e

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gotest.tools/v3/assert"
)

// writeReported writes a bake file of two targets, of which one prints what a page may obey, and fails on one platform.
func (s *scenario) writeReported(canary string) {
	s.t.Helper()
	evil := `</pre></script><img src="` + canary + `" onerror="document.title=1"><script>document.title="owned"</script>`
	s.write("evil.txt", evil+"\n")
	s.write("Dockerfile", "FROM busybox AS good\nRUN echo good > /good\nENTRYPOINT [\"uname\", \"-m\"]\n"+
		"FROM busybox AS evil\nCOPY evil.txt /evil\nLABEL org.example='"+strings.ReplaceAll(evil, "'", "")+"'\n"+
		"RUN cat /evil; test \"$(uname -m)\" != aarch64\nENTRYPOINT [\"cat\", \"/evil\"]\n")
	s.write("docker-bake.hcl", `group "default" { targets = ["good", "evil"] }
target "good" {
  target = "good"
  tags = ["`+s.repository("good")+`:1"]
}
target "evil" {
  target = "evil"
  tags = ["`+s.repository("evil_"+strings.Repeat("long_", 12)+"name")+`:1"]
}
`)
}

// A report of a real run is one by its schema, and its page is driven in a browser: nothing is asked for, no word of
// the image is obeyed, and all of it can be done by keyboard, in light and dark, on a narrow screen, and without a
// script.
func TestReportInABrowser(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		var asked atomic.Int64
		canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
		defer canary.Close()
		s.writeReported(canary.URL)
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		const inside = "sh -c 'cat /evil; test -e /good'"
		s.run("bake", "--platform", "linux/amd64,linux/arm64", "--report", "r.html", "--report", "r.json",
			"--test", "uname -m", "--test", inside).exits(t, 4)
		body, err := os.ReadFile(filepath.Join(s.dir, "r.json"))
		assert.NilError(t, err)
		assertReport(t, body)

		page := openPage(t, filepath.Join(s.dir, "r.html"))
		verdict := eval[string](page, `document.querySelector(".verdict").innerText`)
		assert.Check(t, strings.Contains(verdict, "2 of 4 platforms did not pass: evil linux/arm64 not built"), verdict)
		output := eval[string](page, `document.querySelector("#failures").innerText`)
		assert.Check(t, strings.Contains(output, `</pre></script><img src="`+canary.URL), output)
		assert.Check(t, !strings.Contains(eval[string](page, "document.title"), "owned"))
		assert.Equal(t, eval[int](page, `document.querySelectorAll("img, iframe, main script").length`), 0)
		driveFilters(t, page)
		driveCopy(t, page)
		driveLooks(t, page)
		withoutScript(t, page)
		page.quiet()
		assert.Equal(t, asked.Load(), int64(0))
	}, containerdStore)
}

// assertReport checks a report in JSON against the schema that is published.
func assertReport(t *testing.T, body []byte) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "docs", "reference", "report.schema.json"))
	assert.NilError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	assert.NilError(t, err)
	assert.NilError(t, schema.Validate(document))
}

// driveFilters leaves out a platform, a target, and what passed, by the keyboard.
func driveFilters(t *testing.T, page *browserTab) {
	t.Helper()
	for _, c := range []struct{ box, gone, stays string }{
		{"#only-p1", ".p1", "td.p0"}, {"#only-t1", ".t1", ".t0"}, {"#faults", ".lane.well", "article.fault"},
	} {
		before := page.seen(c.gone)
		assert.Check(t, before > 0, c.gone)
		page.tabTo(c.box)
		page.do(chromedp.KeyEvent(" "))
		assert.Equal(t, page.seen(c.gone), 0, c.gone)
		assert.Check(t, page.seen(c.stays) > 0, c.stays)
		page.do(chromedp.KeyEvent(" "))
		assert.Equal(t, page.seen(c.gone), before, c.gone)
	}
}

// driveCopy copies a digest by the keyboard.
func driveCopy(t *testing.T, page *browserTab) {
	t.Helper()
	page.tabTo("button.copy")
	page.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitReady(chromedp.CSS("#told:not(:empty)")))
	want := eval[string](page, `document.getElementById(document.activeElement.dataset.from).textContent`)
	assert.Check(t, strings.HasPrefix(want, "sha256:"), want)
	assert.Equal(t, eval[string](page, "navigator.clipboard.readText()"), want)
	assert.Equal(t, eval[string](page, `document.querySelector("#told").textContent`), "Copied "+want)
}

// driveLooks looks at it as people want it: what is written can be read, and nothing stands beside the screen.
func driveLooks(t *testing.T, page *browserTab) {
	t.Helper()
	papers := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		page.scheme(scheme)
		papers[eval[string](page, "getComputedStyle(document.documentElement).backgroundColor")] = true
		const readable = 4.5
		least := page.contrast("h1, h2, h3, p, li, a, th, td, td small, code, pre, legend, label, summary, button, .mark")
		assert.Check(t, least >= readable, "%s: %.2f", scheme, least)
	}
	assert.Equal(t, len(papers), 2)
	for _, width := range []int64{320, 1280} {
		page.do(chromedp.EmulateViewport(width, 800))
		wide := eval[int64](page, "document.documentElement.scrollWidth")
		assert.Check(t, wide <= width, "%d at %d", wide, width)
		const hidden = `(box => box.scrollWidth - box.clientWidth)(document.querySelector(".digests").parentElement)`
		assert.Equal(t, eval[int](page, hidden), 0, "of the digests, at %d", width)
		assert.Check(t, page.seen(".lane svg rect") > 0)
	}
}

// withoutScript looks at it where scripts are not run: all is there, also the filters, but for what copies.
func withoutScript(t *testing.T, page *browserTab) {
	t.Helper()
	matrix := page.seen(".matrix td")
	call(page, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	page.do(chromedp.Reload())
	assert.Equal(t, page.seen(".matrix td"), matrix)
	assert.Equal(t, page.seen("button.copy"), 0)
	page.tabTo("#only-p1")
	page.do(chromedp.KeyEvent(" "))
	assert.Equal(t, page.seen(".p1"), 0)
}
