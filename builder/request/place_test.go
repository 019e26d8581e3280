package request

import (
	"testing"

	"gotest.tools/v3/assert"
)

// An address is shown, and kept in a draft, without its secrets; a folder is shown as it is.
func TestPlaceHoldsNoSecret(t *testing.T) {
	for context, want := range map[string]string{
		"https://user:pw@host/x.git":               "https://xxxxx:xxxxx@host/x.git",
		"https://host/x.tar?token=CANARY&a=b#main": "https://host/x.tar?token=xxxxx&a=xxxxx#main",
		"https://host/x.git?ref=main&subdir=a":     "https://host/x.git?ref=main&subdir=a",
		"./folder":                                 "./folder",
	} {
		assert.Equal(t, Place(context), want)
		for _, value := range func() map[string]string {
			described := Description{Values: map[string]string{}, Files: map[string]map[string]string{}}
			_ = Request{Context: context}.addContext(t.Context(), described, nil)
			return described.Values
		}() {
			assert.Assert(t, value == want || context == "./folder", value)
		}
	}
}
