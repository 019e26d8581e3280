package report

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// baked are two targets on two platforms: one passed, of the other a platform failed its audit and one was not tested.
func baked() Run {
	const arm64 = "linux/arm64"
	passed := []localtest.Case{{Name: "app --version", Verdict: localtest.Passed, Took: time.Second}}
	steps := []Step{
		{Phase: Build, Name: "[1/2] FROM busybox", Took: 2 * time.Second, Cached: true},
		{Phase: Build, Name: "[2/2] RUN make", Began: time.Second, Took: 20 * time.Second, Emulated: true},
		{Phase: Build, Name: "[lib 2/2] RUN make lib", Began: 2 * time.Second, Took: 3 * time.Second},
		{Phase: Export, Name: "exporting", Began: 21 * time.Second, Took: time.Second},
		{Phase: Look, Name: "audit", Began: 22 * time.Second, Took: 0, Failed: true},
	}
	return Run{
		Name: "me/web:1, me/job:1", Began: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), Took: 25 * time.Second,
		Images: []Image{
			{Target: "web", Name: "me/web:1", Digest: "sha256:aa", Published: true}, {Target: "job", Name: "me/job:1"},
		},
		Platforms: []Platform{
			{Target: "web", Name: "linux/amd64", Build: "native", Verdict: localtest.Passed, Cached: true, Cases: passed},
			{Target: "web", Name: arm64, Build: "emulated", Emulated: true, Verdict: localtest.Passed, Cases: passed},
			{
				Target: "job", Name: arm64, Build: "emulated", Verdict: localtest.Failed, Reason: "audit: /app: x86-64 executable",
				BuildTook: 22 * time.Second, Steps: steps, Digests: []Digest{{Of: "image", Digest: "sha256:bb"}},
				Audit: &Audit{Layers: 3, Read: 1, Findings: []Finding{{
					Severity: "error", Path: "/app", What: "x86-64 executable", Why: "it is the entrypoint",
					Layer: "sha256:cc", History: "COPY app /app",
				}}},
				Notes: []string{"not the same app as linux/amd64: it lacks curl"},
			},
		},
	}
}

// find are the elements of a page that have an attribute with a word in it.
func find(root *html.Node, key, word string) (found []*html.Node) {
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == key && strings.Contains(" "+a.Val+" ", " "+word+" ") {
				found = append(found, n)
			}
		}
	}
	return found
}

// text is what stands in an element, its white space folded.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// A page begins with the verdict; what did not pass is linked from the matrix, in which every target meets every
// platform, whether or not it is for it.
func TestHTMLOfTargets(t *testing.T) {
	page := writtenOf(t, "r.html", baked())
	root, err := html.Parse(strings.NewReader(page))
	assert.NilError(t, err)
	assert.Equal(t, text(find(root, "class", "verdict")[0]), "✘ 1 of 3 platforms did not pass: job linux/arm64 failed")
	var rows []string
	for n := range find(root, "class", "matrix")[0].Descendants() {
		if n.Data == "tr" {
			rows = append(rows, text(n))
		}
	}
	assert.DeepEqual(t, rows, []string{
		"Test linux/amd64 linux/arm64",
		"web", "verdict ✔ passed native cached ✔ passed emulated", "build ✔ native ✔ emulated",
		"app --version ✔ passed cached ✔ passed 1.0s",
		"job", "verdict – ✘ failed", "build – ✔ emulated 22.0s", "audit – ✘ 1 error",
	})
	for _, link := range []string{"f-t1-p1-0", "audit"} {
		assert.Equal(t, len(find(root, "id", link)), 1, link)
		assert.Check(t, len(find(root, "href", "#"+link)) > 0, link)
	}
	for _, want := range []string{
		"1 of 3 steps of the build; 2 of 3 layers known to the audit", "it lacks curl", "/app x86-64 executable; it is the " +
			"entrypoint sha256:cc COPY app /app", "job linux/arm64 image sha256:bb Copy", "me/web:1 published sha256:aa Copy",
	} {
		assert.Check(t, strings.Contains(text(root), want), "%q in %s", want, text(root))
	}
	assert.Equal(t, text(find(root, "id", "l2s")[0]),
		"build from 0 s for 21.0s, export from 21 s for 1.0s, audit from 22 s for 0.0s")
	assert.Equal(t, strings.Count(page, "url(#hatch)"), 2, "the step of an emulator, and the legend")
}

// Every box has its rule, and every rule a box: what is not ticked is hidden without a script.
func TestHTMLFilters(t *testing.T) {
	root, err := html.Parse(strings.NewReader(writtenOf(t, "r.html", baked())))
	assert.NilError(t, err)
	css := text(root)
	for id, n := range map[string]int{"t0": 5, "t1": 8, "p0": 5, "p1": 12} {
		assert.Equal(t, len(find(root, "id", "only-"+id)), 1)
		assert.Check(t, strings.Contains(css, "body:has(#only-"+id+":not(:checked)) ."+id+" { display: none; }"), id)
		assert.Check(t, len(find(root, "class", id)) >= n/2, "%s: %d", id, len(find(root, "class", id)))
	}
	one := example()
	one.Platforms = one.Platforms[:1]
	root, err = html.Parse(strings.NewReader(writtenOf(t, "r.html", one)))
	assert.NilError(t, err)
	assert.Equal(t, len(find(root, "class", "filters")), 0, "there is nothing to choose between")
}

// Of what went well nothing is said that nobody has to read.
func TestHTMLOfWhatPassed(t *testing.T) {
	run := baked()
	run.Platforms, run.Images = run.Platforms[:2], run.Images[:1]
	root, err := html.Parse(strings.NewReader(writtenOf(t, "r.html", run)))
	assert.NilError(t, err)
	assert.Equal(t, text(find(root, "class", "verdict")[0]), "✔ passed on 2 platforms, and published")
	for _, id := range []string{"failures", "notes", "timeline", "audit", "emulated", "faults"} {
		assert.Equal(t, len(find(root, "id", id)), 0, id)
	}
	run.Failure = "the registry said no\nand more"
	assert.Equal(t, run.Headline(), "not completed: the registry said no")
	assert.Check(t, !run.Good())
}

// The output of what failed is there as it was written.
func TestHTMLEscapes(t *testing.T) {
	page := written(t, "r.HTML")
	assert.Assert(t, strings.Contains(page, "``` ]]&gt; &lt;script&gt;"))
	assert.Assert(t, strings.Contains(page, ">app.c:1: *no*\n&lt;b&gt;</pre>"))
	assert.Equal(t, strings.Count(page, "<script>"), 1)
}
