package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// evil are words of an index, a test file and a program that a terminal or a browser would obey.
const evil = "\x1b[2J\u009b31m\u202e\u2028<script>alert(1)</script>&amp;|`$x$`~~[a](b)*_#\\\nlinux/amd64"

// breakout are words that would end what they stand in: an attribute, a style, a script, a comment, a tag.
const breakout = `"'></title></style></script></svg></pre>--><img src=x onerror=alert(1)><script>alert(2)</script>{{.}}` +
	"`${alert(3)}`"

// hostile has such words everywhere.
func hostile(evil string) Run {
	steps := []Step{
		{Phase: Build, Name: evil, Took: time.Second, Emulated: true},
		{Phase: evil, Name: evil, Began: time.Second, Took: time.Second, Failed: true},
	}
	return Run{
		Name: evil, Failure: evil, Took: time.Second,
		Images: []Image{{Target: evil, Name: evil, Digest: evil}},
		Platforms: []Platform{
			{Target: evil, Name: evil, Verdict: localtest.Failed, Cases: []localtest.Case{
				{Name: evil, Verdict: localtest.Failed, Reason: evil, Output: evil, Stdout: evil, Stderr: evil},
			}},
			{
				Target:  evil,
				Name:    "2" + evil,
				Verdict: "not built",
				Reason:  evil,
				Output:  evil,
				Build:   evil,
				Loaded:  evil,
				Engine:  evil,
				Notes:   []string{evil},
				Steps:   steps,
				Digests: []Digest{{Of: "image", Digest: evil}},
				Emulators: &Emulators{Steps: []EmulatedStep{{
					Instruction: evil, Seconds: 3, NativeSeconds: 1, Rule: evil, URL: "javascript:alert(4)//" + evil,
				}}},
				Audit: &Audit{Layers: 1, Findings: []Finding{{
					Severity: "error", Path: evil, What: evil, Why: evil, Layer: evil, History: evil,
				}}},
			},
		},
	}
}

// writtenOf is a run in a format.
func writtenOf(t *testing.T, file string, run Run) string {
	t.Helper()
	var b bytes.Buffer
	assert.NilError(t, Write(&b, file, run))
	return b.String()
}

// Nothing of it stands in a report as it is: what cannot be seen is written as an escape, and no word opens a tag, a
// cell or a link of its own.
func TestReportsOfHostileWords(t *testing.T) {
	for _, file := range []string{"r.xml", "r.json", "r.md", "r.html"} {
		t.Run(file, func(t *testing.T) {
			page := writtenOf(t, file, hostile(evil))
			for _, raw := range []string{"\x1b", "\u009b", "\u202e", "\u2028", "<script>alert"} {
				inBlock := file == "r.md" && raw == "<script>alert"
				assert.Check(t, !strings.Contains(page, raw) || inBlock, "%q in %s", raw, page)
			}
			assert.Check(t, strings.Contains(page, `u202e`), page)
		})
	}
	const name = `\\x1b\[2J\\x9b31m\\u202e\\u2028&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;\|` +
		"\\`\\$x\\$\\`\\~\\~\\[a\\](b)\\*\\_\\#\\\\\\\\nlinux/amd64"
	lines := strings.Split(writtenOf(t, "r.md", hostile(evil)), "\n")
	assert.Equal(t, lines[0], "## Tests of "+name)
	assert.Equal(t, lines[4], "### "+name)
	assert.Equal(t, lines[6], "| TEST | "+name+" | 2"+name+" |")
	assert.Equal(t, lines[8], "| "+name+" | failed | - |")
	for i, line := range lines { // whatever begins a line is ours, or stands in a block of text
		ours := line == "" || slices.ContainsFunc([]string{"## Tests", "### ", "| ", "- ", "      ", "✘ **"},
			func(prefix string) bool { return strings.HasPrefix(line, prefix) })
		assert.Check(t, ours, "%d: %q", i, line)
	}
}

// skeleton is what a page is made of: its elements with their attributes, without the values that are words of others.
func skeleton(t *testing.T, page string) (elements []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	assert.NilError(t, err)
	for n := range root.Descendants() {
		assert.Check(t, n.Type != html.CommentNode, n.Data)
		if n.Type != html.ElementNode {
			continue
		}
		var names []string
		for _, a := range n.Attr {
			names = append(names, a.Key)
			switch a.Key {
			case "href":
				ours := strings.HasPrefix(a.Val, "#") || strings.HasPrefix(a.Val, "https://github.com/docker-multiplat/")
				assert.Check(t, ours, a.Val)
			case "id", "class", "data-from", "fill":
				assert.Check(t, !strings.ContainsAny(a.Val, "<>\"'`"), "%s=%q", a.Key, a.Val)
			}
		}
		elements = append(elements, n.Data+" "+strings.Join(names, " "))
	}
	return elements
}

// A page is made of the same elements, whatever the words are that stand in it: none of them is one.
func TestHTMLOfHostileWords(t *testing.T) {
	harmless := hostile("word")
	harmless.Platforms[1].Emulators.Steps[0].URL = "https://github.com/docker-multiplat/"
	want := skeleton(t, writtenOf(t, "r.html", harmless))
	for _, words := range []string{evil, breakout} {
		run := hostile(words)
		run.Platforms[1].Steps[1].Phase = "word" // it is ours, and decides what there is to see
		page := writtenOf(t, "r.html", run)
		page = strings.ReplaceAll(page, `href="#ZgotmplZ"`, `href="#"`) // what html/template writes for an address it refuses
		assert.DeepEqual(t, skeleton(t, page), want)
	}
}

// All that a browser obeys is ours: it stands in the policy, which lets nothing else in and nothing out.
func TestHTMLPolicy(t *testing.T) {
	root, err := html.Parse(strings.NewReader(writtenOf(t, "r.html", hostile(breakout))))
	assert.NilError(t, err)
	var policies, styles, scripts []string
	for n := range root.Descendants() {
		switch n.Data {
		case "meta":
			if n.Attr[0].Val == "Content-Security-Policy" {
				policies = append(policies, n.Attr[1].Val)
			}
		case "style":
			styles = append(styles, "'"+hashOf(n.FirstChild.Data)+"'")
		case "script":
			scripts = append(scripts, "'"+hashOf(n.FirstChild.Data)+"'")
		}
	}
	assert.Equal(t, len(styles), 1)
	assert.Equal(t, len(scripts), 1)
	assert.DeepEqual(t, policies, []string{
		"default-src 'none'; style-src " + styles[0] + "; script-src " + scripts[0] +
			"; base-uri 'none'; form-action 'none'",
	})
}
