package visible

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// Everything that a terminal would obey, or nobody would see, is written as an escape.
func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"plain ä 日本 ✓":             "plain ä 日本 ✓",
		"\x1b[2J\x1b]0;t\a":        `\x1b[2J\x1b]0;t\x07`,
		"a\nERROR: b\r\tc":         `a\nERROR: b\x0d\tc`,
		"\u009b31m\x7f":            `\x9b31m\x7f`,
		"\u202e\u2066\u200e\u061c": `\u202e\u2066\u200e\u061c`,
		"\u2028\u2029\u200b\ufeff": `\u2028\u2029\u200b\ufeff`,
		"\xff\x9b":                 `\xff\x9b`,
		"\U000e0041":               `\U000e0041`,
	} {
		assert.Equal(t, Line(text), want)
	}
	long := Line(strings.Repeat("é", 10_000) + "; do this")
	assert.Check(t, len(long) < 1100 && strings.Contains(long, "é … é") && strings.HasSuffix(long, "é; do this"), long)
}

// Text of several lines keeps them.
func TestBlock(t *testing.T) {
	assert.Equal(t, Block("a\r\n\tb\x1b\rc\n"), "a\n\tb\\x1b\\x0dc\n")
}

// JSON says the same, in characters that can be seen.
func TestJSON(t *testing.T) {
	text := "a\n\u009b\u202e\U000e0041\u2028"
	body, err := json.Marshal(text)
	assert.NilError(t, err)
	shown := JSON(body)
	assert.Equal(t, string(shown), `"a\n\u009b\u202e\udb40\udc41\u2028"`)
	var read string
	assert.NilError(t, json.Unmarshal(shown, &read))
	assert.Equal(t, read, text)
}

// Words of others notify nobody and link nowhere where Markdown is shown.
func TestMarkdownOfMentionsAndLinks(t *testing.T) {
	for text, want := range map[string]string{
		"node_modules/@types/node":     `node\_modules/@<!-- -->types/node`,
		"@team":                        "@<!-- -->team",
		"app@sha256:00, a@b.example":   "app@sha256:00, a@b.example",
		"opt/https://evil.example/x":   "opt/https:<!-- -->//evil.example/x",
		"www.evil.example":             "www<!-- -->.evil.example",
		"![x](javascript:alert(1))":    `!\[x\](javascript:alert(1))`,
		"<img src=x onerror=alert(1)>": "&lt;img src=x onerror=alert(1)&gt;",
	} {
		assert.Check(t, Markdown(text) == want, "%q: %q", text, Markdown(text))
	}
}
