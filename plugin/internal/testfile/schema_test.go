package testfile_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
)

// object is a part of a JSON schema.
type object map[string]any

// schemaOf is the JSON schema of a type.
func schemaOf(kind reflect.Type) object {
	switch kind {
	case reflect.TypeFor[testfile.Text]():
		return object{"type": []string{"string", "number"}}
	case reflect.TypeFor[testfile.Dialogue]():
		dialogue := structOf(kind)
		dialogue["required"] = []string{"expect"}
		dialogue["oneOf"] = []object{{"required": []string{"file"}}, {"required": []string{"input"}}}
		return dialogue
	}
	switch kind.Kind() {
	case reflect.Map:
		return object{"type": "object", "additionalProperties": schemaOf(kind.Elem())}
	case reflect.Slice:
		return object{"type": "array", "items": schemaOf(kind.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.String:
		return object{"type": "string"}
	}
	return structOf(kind)
}

func structOf(kind reflect.Type) object {
	properties := object{}
	add(kind, properties)
	return object{"type": "object", "additionalProperties": false, "properties": properties}
}

// add takes in the fields of a struct, those of inlined structs included.
func add(kind reflect.Type, properties object) {
	for i := range kind.NumField() {
		field := kind.Field(i)
		key, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			add(field.Type, properties)
		case key != "-":
			schema := schemaOf(field.Type)
			schema["description"] = field.Tag.Get("doc")
			properties[key] = schema
		}
	}
}

// The schema that is published is that of the types.
func TestSchemaIsThatOfTheTypes(t *testing.T) {
	schema := schemaOf(reflect.TypeFor[testfile.File]())
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "Tests of docker multiplat, " + testfile.Name
	text, err := json.MarshalIndent(schema, "", "  ")
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(string(text), `"description": ""`))
	golden.Assert(t, string(text)+"\n", "../../../../docs/reference/multiplat.schema.json")
}
