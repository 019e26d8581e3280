package visible

import (
	"encoding/json"
	"testing"

	"gotest.tools/v3/assert"
)

// What the runner of a CI would obey is no longer that, and all else stays.
func TestUncommanded(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                      "plain",
		"::1 is a host":              "::1 is a host",
		"a::b::c":                    "a::b::c",
		"::error::x":                 "| ::error::x",
		"one\n  ::set-output n=a::b": "one\n|   ::set-output n=a::b",
		"\t::stop-commands::x\n::\n": "| \t::stop-commands::x\n::\n",
		"##vso[task.x]##teamcity[y]": "# #vso[task.x]# #teamcity[y]",
		"a ##[error]b ###[group]c":   "a # #[error]b ## #[group]c",
	} {
		assert.Equal(t, Uncommanded(text), want)
		assert.Equal(t, Uncommanded(want), want)
	}
	const document = `{"a##[b":["###[c","\"##[d"]}`
	var before, after any
	assert.NilError(t, json.Unmarshal([]byte(document), &before))
	shown := UncommandedJSON([]byte(document))
	assert.NilError(t, json.Unmarshal(shown, &after), "%s", shown)
	assert.DeepEqual(t, before, after)
	assert.Equal(t, string(shown), `{"a\u0023\u0023[b":["#\u0023\u0023[c","\"\u0023\u0023[d"]}`)
}
