//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gotest.tools/v3/assert"
)

// place is a name of a page, and what stands for it on the lab.
type place struct{ page, lab string }

// namesOnLab are all names of the pages that are others on the lab. Nothing else in a page is changed before it is run.
func (p *docPage) namesOnLab() []place {
	environ := labEnvironment(p.t, p.store)
	here := "/e2e/" + p.id + "/"
	return []place{
		// without a password, in plain HTTP
		{"registry.example.com/", environ["LAB_REGISTRY"] + here},
		{"registry.example.com", environ["LAB_REGISTRY"]},
		// with a password
		{"private.example.com/", environ["LAB_AUTH_REGISTRY"] + here},
		{"private.example.com", environ["LAB_AUTH_REGISTRY"]},
		// with a certificate of an authority of its own
		{"certs.d/secure.example.com", "certs.d/" + environ["LAB_TLS_REGISTRY"]}, // a folder
		{"secure.example.com/", environ["LAB_TLS_REGISTRY"] + here},
		{"secure.example.com", environ["LAB_TLS_REGISTRY"]},
		{"/tmp/corporate-ca.crt", environ["LAB_TLS_CA"]},
		{"NAME:TAG", environ["LAB_REGISTRY"] + here + "name:1"},
		{"multiplat0", p.builder + "0"},
		{`"multiplat"`, `"` + p.builder + `"`},
	}
}

// onLab is a text of the page with the names of the lab.
func (p *docPage) onLab(text string) string {
	for _, place := range p.places {
		text = strings.ReplaceAll(text, place.page, place.lab)
	}
	return text
}

// inPage is a text of the lab with the names of the page, and without what is another at each run.
func (p *docPage) inPage(text string) []string {
	for _, place := range p.places {
		text = strings.ReplaceAll(text, place.lab, place.page)
	}
	return p.normal(text)
}

// normal are the lines of a text without what is another at each run: digests, times, sizes, widths of columns.
func (*docPage) normal(text string) []string {
	for _, change := range []struct {
		found *regexp.Regexp
		with  string
	}{
		{regexp.MustCompile(`sha256:[0-9a-f]{4,64}…?`), "sha256:…"},
		{regexp.MustCompile(`\b(\d+m)?\d+(\.\d+)?m?s\b`), "0s"},
		{regexp.MustCompile(`\b\d+(\.\d+)?[kM]?B\b`), "0B"},
		{regexp.MustCompile(`(?m) {2,}`), "  "},
		{regexp.MustCompile(`(?m) +$`), ""},
	} {
		text = change.found.ReplaceAllString(text, change.with)
	}
	return strings.Split(strings.Trim(text, "\n"), "\n")
}

// run does what the page says, in one shell, until something is not as it says. It returns how many blocks were done.
func (p *docPage) run() int {
	p.t.Helper()
	if len(p.steps) == 0 {
		return 0
	}
	p.open()
	folder := p.t.TempDir()
	script := "run() { . \"$1.sh\" >\"$1.out\" 2>\"$1.err\" </dev/null; echo \"$?\" >\"$1.code\"; }\n"
	for i, step := range p.steps {
		base := filepath.Join(folder, strconv.Itoa(i))
		text := step.Typed
		if step.file != "" {
			text = "cat >" + step.file + " <<'END-OF-FILE'\n" + strings.Join(step.Shown, "\n") + "\nEND-OF-FILE\n"
		}
		assert.NilError(p.t, os.WriteFile(base+".sh", []byte(p.onLab(text)+"\n"), 0o600))
		script += "run " + base + "; [[ $(<" + base + ".code) == " + strconv.Itoa(step.code) + " ]] || exit 0\n"
	}
	p.finish(p.command("bash", "-c", script)).succeeds(p.t)
	done := map[int]bool{}
	for i, step := range p.steps {
		if !p.judge(step, filepath.Join(folder, strconv.Itoa(i))) {
			p.t.FailNow()
		}
		if step.file == "" {
			done[step.block] = true
		}
	}
	return len(done)
}

// judge compares what a step has left with what the page shows: standard output or, where more is shown, the end of
// standard error with standard output behind it.
func (p *docPage) judge(step docStep, base string) bool {
	p.t.Helper()
	read := func(kind string) string {
		text, err := os.ReadFile(base + kind)
		assert.NilError(p.t, err, "%s:%d was not reached", p.name, step.Line)
		return string(text)
	}
	code, out, said := strings.TrimSpace(read(".code")), read(".out"), read(".err")
	p.t.Logf("%s:%d\n$ %s\n%s%s[exit %s]", p.name, step.Line, step.Typed, said, out, code)
	if code != strconv.Itoa(step.code) {
		return assert.Check(p.t, false, "%s:%d: %s\nends with %s, not %d:\n%s%s",
			p.name, step.Line, step.Typed, code, step.code, said, out)
	}
	if step.file != "" || len(step.Shown) == 0 {
		return true
	}
	want := p.normal(strings.Join(step.Shown, "\n"))
	all := p.inPage(said + out)
	ok := alike(want, p.inPage(out)) || alike(append([]string{"…"}, want...), all)
	return assert.Check(p.t, ok, "%s:%d: %s\nshows:\n%s\n\nand prints:\n%s", p.name, step.Line, step.Typed,
		strings.Join(want, "\n"), strings.Join(all, "\n"))
}

// alike says whether lines are those that are shown, where "…" stands for anything in a line, or alone for any lines.
func alike(shown, lines []string) bool {
	if len(shown) == 0 {
		return len(lines) == 0
	}
	if shown[0] == "…" {
		return alike(shown[1:], lines) || len(lines) > 0 && alike(shown, lines[1:])
	}
	return len(lines) > 0 && alikeLine(shown[0], lines[0]) && alike(shown[1:], lines[1:])
}

// alikeLine is alike for one line.
func alikeLine(shown, line string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(shown), "…", ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(line)
}
