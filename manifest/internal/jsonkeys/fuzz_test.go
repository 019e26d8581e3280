package jsonkeys_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/internal/jsonkeys"
)

// fuzzedFields is a type that fields of documents are read into.
type fuzzedFields struct {
	Keys []string `json:"keys"`
}

// FuzzCheck holds that a document which is taken says one thing alone: no object in it has two keys that the library
// takes for one, be it for a field or for a key of annotations.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"A":2}`, `{"a":{"a":1},"b":[{"a":1},{"a":2}]}`, `{"annotations":{"a":1,"A":2}}`, `{"":1,"":2}`, `{"":1," ":2}`,
		`[[[]]]`, `{"annotations":[{"a":1,"a":2}]}`, `{"\u0061":1,"a":2}`, `{"keys":["a"],"key\u017f":["b"]}`, `1`, `null`,
		`{"annotations":{"annotations":{"A":1,"a":2}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) || jsonkeys.Check([]byte(text)) != nil {
			return
		}
		var document any
		assert.NilError(t, json.Unmarshal([]byte(text), &document))
		assert.Equal(t, keysWritten(text), keysRead(document), "a key is lost: %q", text)
		object, _ := document.(map[string]any)
		var meant []string
		for key := range object {
			if strings.EqualFold(key, "keys") {
				meant = append(meant, key)
			}
		}
		var read fuzzedFields
		if json.Unmarshal([]byte(text), &read) == nil && len(read.Keys) > 0 {
			assert.Equal(t, len(meant), 1, "two keys for one field: %q", text)
		}
	})
}

// keysWritten counts the keys of all objects of a document as they stand there.
func keysWritten(text string) (keys int) {
	decoder := json.NewDecoder(strings.NewReader(text))
	type level struct{ object, value bool }
	var open []level
	for {
		token, err := decoder.Token()
		if err != nil {
			return keys
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open); n > 0 && open[n-1].object {
			if open[n-1].value = !open[n-1].value; open[n-1].value {
				keys++
			}
		}
		if token == json.Delim('{') || token == json.Delim('[') {
			open = append(open, level{object: token == json.Delim('{')})
		}
	}
}

// keysRead counts those that are left when a document was read.
func keysRead(document any) (keys int) {
	switch document := document.(type) {
	case map[string]any:
		keys = len(document)
		for _, value := range document {
			keys += keysRead(value)
		}
	case []any:
		for value := range slices.Values(document) {
			keys += keysRead(value)
		}
	}
	return keys
}
