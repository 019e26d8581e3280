package yamlfile

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"go.yaml.in/yaml/v3"
	"gotest.tools/v3/assert"
)

// fuzzed is a type as those files are read into.
type fuzzed struct {
	Name  string            `yaml:"name"`
	Count int               `yaml:"count"`
	On    bool              `yaml:"on"`
	List  []fuzzed          `yaml:"list"`
	Named map[string]fuzzed `yaml:"named"`
}

// FuzzParse holds that a file is taken as JSON where JSON is one document of it, that each place that is told is in the
// file, and that what is found right can be read.
func FuzzParse(f *testing.F) {
	f.Add("name: a\ncount: 1\nlist: [{on: true}]\nnamed: {x: {<<: {name: b}}}\n")
	f.Add("a: &x {name: b}\nlist: [*x, *x]\n---\nb: 1\n")
	f.Add(`{"name": "a", "count": 1.5, "list": [{"on": null}], "name": "b"}`)
	f.Add("a: &a [*a]\n")
	f.Add("&a [&b [*a], *b]")
	f.Add("<<: [{a: 1}]\n? [a]\n: b\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"f.yaml", "f.json"} {
			root, err := Parse(name, []byte(text))
			if name == "f.json" && len(text) < 1<<10 {
				assert.Assert(t, err != nil || isOneDocument([]byte(text)), "taken as JSON: %q", text)
			}
			if err != nil {
				continue
			}
			var into fuzzed
			errs := Check(root, &into, Near)
			for _, err := range errs {
				assert.Assert(t, Prefixed("f", err) != nil)
			}
			if len(errs) == 0 {
				_ = root.Decode(&into) // the library refuses what is nested, or spread, too far
			}
			assertPlaces(t, root, bytes.Count([]byte(text), []byte("\n"))+bytes.Count([]byte(text), []byte("\r"))+2)
			_ = Value(root, "name")
		}
	})
}

// isOneDocument tells it in the words of the library.
func isOneDocument(text []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var document any
	return decoder.Decode(&document) == nil && decoder.Decode(&document) == io.EOF
}

// assertPlaces wants places that are in the file.
func assertPlaces(t *testing.T, node *yaml.Node, lines int) {
	t.Helper()
	for _, child := range node.Content {
		assertPlaces(t, child, lines)
	}
	// NEL and the separators of Unicode are ends of lines to YAML, too: they are not counted here
	assert.Assert(t, node.Line > 0 && node.Column > 0, "%d:%d of %d lines", node.Line, node.Column, lines)
}
