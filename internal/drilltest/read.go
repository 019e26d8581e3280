//go:build drill

package drilltest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/russross/blackfriday/v2"
	"golang.org/x/net/html"
	"gotest.tools/v3/assert"
)

// unseen tells of characters that are obeyed or not seen, but for line breaks and tabs.
func unseen(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// ReadText checks that a text, as a report is one, has nothing but characters that can be seen.
func ReadText(t *testing.T, what, text string) {
	t.Helper()
	assert.Check(t, utf8.ValidString(text), "%.200s: no text: %.300q", what, text)
	at := strings.IndexFunc(text, unseen)
	assert.Check(t, at < 0, "%.200s shows %.100q", what, text[max(0, at-40):])
}

// ReadLog checks what no terminal has shown: marks of CIs are ours alone, no line is forged, and every character can be
// seen.
func ReadLog(t *testing.T, what, text string) {
	t.Helper()
	text = regexp.MustCompile(`\x1b\[0Ksection_(start|end):\d+:multiplat_[a-z0-9_]+(\[collapsed=true\])?\r\x1b\[0K`).
		ReplaceAllString(text, "")
	ReadText(t, what, text)
	assert.Check(
		t,
		!regexp.MustCompile(`##[A-Za-z]*\[`).MatchString(text),
		"%.200s: a command of a CI: %.2000s",
		what,
		text,
	)
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line == "::endgroup::" || strings.HasPrefix(line, "::group::linux/") {
			continue
		}
		trimmed := strings.TrimSpace(line)
		assert.Check(t, !strings.HasPrefix(trimmed, "::") || !strings.Contains(trimmed[2:], "::"),
			"%.200s: a command of GitHub: %.300q", what, line)
		for _, forged := range []string{"ERROR: forged", "  next: rm"} {
			assert.Check(t, !strings.HasPrefix(line, forged), "%.200s: a line is forged: %.300q", what, line)
		}
	}
}

// ReadScreen checks what was written to a terminal: besides the moves and colours of ours it obeys nothing.
func ReadScreen(t *testing.T, what, text string) {
	t.Helper()
	assert.Check(t, !strings.Contains(text, "\x1b[66;77H"), "%.200s moves the cursor: %.400q", what, text)
	ours := regexp.MustCompile(`\x1b\[\??[0-9;]*[A-HJKhlm]`).ReplaceAllString(text, "")
	at := strings.IndexFunc(ours, func(r rune) bool { return r != '\r' && unseen(r) })
	assert.Check(t, at < 0, "%.200s shows %.100q", what, ours[max(0, at-40):])
	assert.Check(t, utf8.ValidString(ours), "%.200s: no text", what)
}

// ReadJSON reads every document of a text.
func ReadJSON(t *testing.T, what, text string) {
	t.Helper()
	for decoder := json.NewDecoder(strings.NewReader(text)); ; {
		var read any
		err := decoder.Decode(&read)
		if errors.Is(err, io.EOF) {
			return
		}
		assert.Assert(t, err == nil, "%.200s: %v: %.500s", what, err, text)
		if object, is := read.(map[string]any); is {
			_, forged := object["forged"]
			assert.Check(t, !forged, "%.200s: a key is forged", what)
		}
	}
}

// ReadXML reads a report of JUnit: it has no elements but those there are.
func ReadXML(t *testing.T, what, text string) {
	t.Helper()
	ours := strings.Fields("testsuites testsuite properties property testcase skipped failure error system-out system-err")
	for decoder := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		assert.Assert(t, err == nil, "%.200s: %v", what, err)
		if element, is := token.(xml.StartElement); is {
			assert.Check(t, slices.Contains(ours, element.Name.Local), "%.200s: <%s>", what, element.Name.Local)
		}
	}
}

// ReadHTML reads a page: its scripts and links are ours, and nothing is loaded.
func ReadHTML(t *testing.T, what, text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	assert.Assert(t, err == nil, "%.200s: %v", what, err)
	scripts := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			assert.Check(t, n.Type != html.CommentNode, "%.200s: a comment %.100q", what, n.Data)
			continue
		}
		if n.Data == "script" {
			scripts++
		}
		assert.Check(t, !slices.Contains(strings.Fields("img iframe object embed link base form h1x forged"), n.Data),
			"%.200s: <%s>", what, n.Data)
		for _, a := range n.Attr {
			assert.Check(t, !strings.HasPrefix(a.Key, "on"), "%.200s: %s=%.100q", what, a.Key, a.Val)
			ours := a.Key != "href" && a.Key != "src" || strings.HasPrefix(a.Val, "#") ||
				strings.HasPrefix(a.Val, "https://github.com/docker-multiplat/")
			assert.Check(t, ours, "%.200s: %s=%.100q", what, a.Key, a.Val)
		}
	}
	assert.Check(t, scripts == 1, "%.200s: %d scripts", what, scripts)
}

// ReadMarkdown reads a summary: words are no links, pictures, headings or tags of HTML.
func ReadMarkdown(t *testing.T, what, text string) {
	t.Helper()
	extensions := blackfriday.CommonExtensions | blackfriday.NoIntraEmphasis
	root := blackfriday.New(blackfriday.WithExtensions(extensions)).Parse([]byte(text))
	root.Walk(func(n *blackfriday.Node, entering bool) blackfriday.WalkStatus {
		if !entering {
			return blackfriday.GoToNext
		}
		switch n.Type { //nolint:exhaustive // the others are text, tables and lists
		case blackfriday.Link, blackfriday.Image, blackfriday.HTMLBlock:
			t.Errorf("%.200s: %s %.200q", what, n.Type, n.Literal)
		case blackfriday.HTMLSpan:
			assert.Check(t, bytes.Equal(n.Literal, []byte("<!-- -->")), "%.200s: %.200q", what, n.Literal)
		case blackfriday.Heading:
			assert.Check(t, n.Level > 1, "%.200s: a heading", what)
		}
		return blackfriday.GoToNext
	})
}
