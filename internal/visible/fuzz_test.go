package visible

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"gotest.tools/v3/assert"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// FuzzVisible holds that no text whatever reaches a terminal, Markdown, JSON or a shell as more than a text.
func FuzzVisible(f *testing.F) {
	for _, seed := range []string{
		"plain ä 日本 ✓", "\x1b[2J\x1b]0;t\a", "a\r\nb\rc\x1b[31mred\x1b[0m\t", "\u202e\u2028\ufeff\U000e0041", "\xff\x9b",
		"![x](javascript:alert(1)) @team www.a.b https://c <img> &lt; \\| `$x$` ~~", "it's '$(id)' \\x41", "-", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, whole, block, written := Line(text), Whole(text), Block(text), Written([]byte(text))
		for _, shown := range []string{line, whole, block, written, Output([]byte(text))} {
			assert.Assert(t, utf8.ValidString(shown), "%q", shown)
		}
		assert.Assert(t, strings.IndexFunc(line+whole, hidden) < 0, "%q %q", line, whole)
		left := strings.NewReplacer("\n", "", "\t", "").Replace(block + written)
		assert.Assert(t, strings.IndexFunc(left, hidden) < 0, "%q %q", block, written)
		assert.Equal(t, Whole(whole), whole, "what was made visible is read as it is")
		assert.Assert(t, len(line) <= most+len(" … ")+utf8.UTFMax && len(whole) <= len("\\xNN")*len(text)+1)
		assertTamedMarkdown(t, Markdown(whole))
		assertSameJSON(t, text)
		assertOneWord(t, text)
	})
}

// assertTamedMarkdown wants no markup that is not escaped, apart from the comments that are put in.
func assertTamedMarkdown(t *testing.T, marked string) {
	t.Helper()
	const none = "\x00"
	rest := strings.NewReplacer(`\\`, none, `\|`, none, "\\`", none, `\*`, none, `\_`, none, `\[`, none, `\]`, none,
		`\~`, none, `\#`, none, `\$`, none, apart, none).Replace(marked)
	assert.Assert(t, !strings.ContainsAny(rest, "|<>`*_[]~#$\n"), "%q", marked)
	assert.Assert(t, !strings.Contains(rest, "://") && !strings.Contains(strings.ToLower(rest), " www."), "%q", marked)
	assert.Assert(t, !strings.HasPrefix(rest, "@") || len(rest) < 2 || rest[1] == 0 || !isWord(rest[1]), "%q", marked)
}

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// assertSameJSON wants a document that says the same, in what can be seen.
func assertSameJSON(t *testing.T, text string) {
	t.Helper()
	for _, body := range [][]byte{[]byte(text), encoded(t, text)} {
		var before, after any
		if json.Unmarshal(body, &before) != nil {
			continue
		}
		shown := JSON(body)
		assert.NilError(t, json.Unmarshal(shown, &after), "%q", shown)
		assert.Assert(t, reflect.DeepEqual(before, after), "%q: %q", body, shown)
	}
}

func encoded(t *testing.T, text string) []byte {
	t.Helper()
	body, err := json.Marshal(text)
	assert.NilError(t, err)
	return body
}

// assertOneWord wants a shell to read the text back as it was: one word, nothing run.
func assertOneWord(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, "\x00") { // no argument can have it
		return
	}
	quoted := Quote(text)
	assert.Assert(t, strings.IndexFunc(quoted, hidden) < 0 && utf8.ValidString(quoted), "%q", quoted)
	var words []*syntax.Word
	for word, err := range syntax.NewParser().WordsSeq(strings.NewReader(quoted)) {
		assert.NilError(t, err, "%q", quoted)
		words = append(words, word)
	}
	read, err := expand.Fields(&expand.Config{Env: expand.ListEnviron()}, words...)
	assert.NilError(t, err, "%q", quoted)
	assert.DeepEqual(t, read, []string{text})
}
