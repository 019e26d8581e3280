package plugintest

import (
	"bytes"
	"encoding/json"
	"testing"

	"gotest.tools/v3/assert"
)

// Indented is a document of JSON as people read it.
func Indented(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	assert.NilError(t, json.Indent(&b, []byte(text), "", "  "), text)
	return b.String()
}
