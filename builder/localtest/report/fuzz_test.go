package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"gotest.tools/v3/assert"
)

// FuzzWrite holds that no words of an image, a test or a program are more than words in any report: XML and JSON are
// whole, a page has the elements that it has with plain words, and nothing is written that a terminal would obey.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{evil, breakout, "plain", "\xff\x00", "]]>", "```\n<b>", "\u202e", "{{.}}", "\ufffe"} {
		f.Add(seed)
	}
	ours := elements(f, fuzzedPage(f, "r.html", hostile("plain"))) // the words may choose among these, and make none
	ours = append(ours, elements(f, fuzzedPage(f, "r.html", hostile("two\nlines")))...)
	f.Fuzz(func(t *testing.T, words string) {
		if len(words) > 1<<10 {
			return
		}
		run := hostile(words)
		for _, file := range []string{"r.xml", "r.json", "r.md", "r.html"} {
			page := fuzzedPage(t, file, run)
			assert.Assert(t, utf8.ValidString(page), file)
			at := strings.IndexFunc(page, func(r rune) bool {
				return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
			})
			assert.Assert(t, at < 0, "%s: %q", file, page[max(0, at):min(len(page), at+20)])
			switch file {
			case "r.json":
				assert.Assert(t, json.Valid([]byte(page)))
			case "r.xml":
				assertWholeXML(t, page)
			case "r.html":
				for _, kind := range elements(t, page) {
					assert.Assert(t, slices.Contains(ours, kind), "%q", kind)
				}
			}
		}
	})
}

func fuzzedPage(tb testing.TB, file string, run Run) string {
	tb.Helper()
	var b bytes.Buffer
	assert.NilError(tb, Write(&b, file, run))
	return b.String()
}

func assertWholeXML(t *testing.T, page string) {
	t.Helper()
	for decoder := xml.NewDecoder(strings.NewReader(page)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v: %s", err, page)
		}
	}
}

// elements are the kinds of elements and attributes of a page.
func elements(tb testing.TB, page string) (kinds []string) {
	tb.Helper()
	for tokens := html.NewTokenizer(strings.NewReader(page)); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			slices.Sort(kinds)
			return slices.Compact(kinds)
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			for _, a := range token.Attr {
				kinds = append(kinds, token.Data+" "+a.Key)
				assert.Assert(tb, !strings.HasPrefix(strings.ToLower(a.Val), "javascript:"), "%s", a.Val)
			}
			kinds = append(kinds, token.Data)
		case html.TextToken, html.EndTagToken, html.CommentToken, html.DoctypeToken:
		}
	}
}
