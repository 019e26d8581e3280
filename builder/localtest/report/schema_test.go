package report

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// published is the schema of the JSON report, from this folder.
const published = "../../../docs/reference/report.schema.json"

// described says what the keys of the JSON report are.
func described() map[string]string {
	return map[string]string{
		"jsonRun.$schema":           "Where this schema is published.",
		"jsonRun.image":             "The name of the image; of several, all of them.",
		"jsonRun.verdict":           "That of the platform that weighs most.",
		"jsonRun.summary":           "What came of all, in a line.",
		"jsonRun.failure":           "What kept all of it from its end.",
		"jsonRun.began":             "When it began.",
		"jsonRun.seconds":           "How long it took.",
		"jsonRun.images":            "What there is now under a name.",
		"jsonRun.platforms":         "What came of each platform of each target.",
		"jsonImage.target":          "The target of a bake file.",
		"jsonImage.name":            "NAME:TAG.",
		"jsonImage.digest":          "The digest of its index.",
		"jsonImage.published":       "Whether it is in its registry.",
		"jsonPlatform.target":       "The target of a bake file.",
		"jsonPlatform.platform":     "The platform.",
		"jsonPlatform.execution":    "How its tests were run.",
		"jsonPlatform.emulated":     "Whether an emulator runs its programs here.",
		"jsonPlatform.cached":       "Whether the verdict is that of an earlier run.",
		"jsonPlatform.verdict":      "What came of it.",
		"jsonPlatform.reason":       "Why it is no good one.",
		"jsonPlatform.build":        "How it was built.",
		"jsonPlatform.buildSeconds": "How long that took.",
		"jsonPlatform.output":       "The end of what the step of the build wrote that failed.",
		"jsonPlatform.notes":        "What else is worth knowing.",
		"jsonPlatform.seconds":      "The time of all tests.",
		"jsonPlatform.tests":        "The tests, in their order.",
		"jsonPlatform.emulators":    "What the build spent under an emulator.",
		"jsonPlatform.audit":        "What was found by looking at its files.",
		"jsonPlatform.loaded":       "The name of the image in the engine.",
		"jsonPlatform.engine":       "The docker context, or the address, of the engine that ran the tests, where it is not the one in use.",
		"jsonPlatform.digests":      "Digests of what there is of it.",
		"jsonPlatform.reused":       "What had not to be done again.",
		"jsonPlatform.timeline":     "What it was at, in the order in which that began.",
		"jsonStep.phase":            "What the step is a part of.",
		"jsonStep.step":             "The step.",
		"jsonStep.began":            "When, in seconds since the run did.",
		"jsonStep.seconds":          "How long it took.",
		"jsonStep.emulated":         "Whether an emulator ran its program.",
		"jsonStep.cached":           "Whether nothing had to be done.",
		"jsonStep.failed":           "Whether it failed.",
		"jsonCase.name":             "The test.",
		"jsonCase.verdict":          "What came of it.",
		"jsonCase.reason":           "Why it is no good one, or what was seen.",
		"jsonCase.seconds":          "How long it took.",
		"jsonCase.stdout":           "What it wrote.",
		"jsonCase.stderr":           "What it wrote to standard error.",
	}
}

// Words that a reader may count on.
const (
	platformVerdicts = "passed,nothing to run,failed,inconclusive,not run,skipped,untested,waived,not built,error," +
		"unfinished"
	caseVerdicts = "passed,nothing to run,failed,inconclusive,not run,skipped"
)

// enumerated are the words that a key has.
func enumerated() map[string]string {
	return map[string]string{
		"jsonRun.verdict":        platformVerdicts,
		"jsonPlatform.execution": "native,emulated,none",
		"jsonPlatform.verdict":   platformVerdicts,
		"jsonPlatform.build":     "native,emulated",
		"jsonStep.phase":         "build,export,load,audit,test,upload",
		"jsonCase.verdict":       caseVerdicts,
	}
}

// schemaOf is the JSON schema of a type.
func schemaOf(kind reflect.Type) map[string]any {
	switch kind.Kind() {
	case reflect.Pointer:
		return schemaOf(kind.Elem())
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(kind.Elem())}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Int:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Float64:
		return map[string]any{"type": "number", "minimum": 0}
	}
	if kind == reflect.TypeFor[time.Time]() {
		return map[string]any{"type": "string", "format": "date-time"}
	}
	properties, required := map[string]any{}, []string{}
	for i := range kind.NumField() {
		field := kind.Field(i)
		key, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		schema := schemaOf(field.Type)
		name := kind.Name() + "." + key
		schema["description"] = cmp.Or(field.Tag.Get("doc"), described()[name])
		if words := cmp.Or(field.Tag.Get("enum"), enumerated()[name]); words != "" {
			schema["enum"] = strings.Split(words, ",")
		}
		properties[key] = schema
		if option != "omitempty" {
			required = append(required, key)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}

// The schema that is published is that of what is written; every key says what it is.
func TestSchema(t *testing.T) {
	schema := schemaOf(reflect.TypeFor[jsonRun]())
	schema["$schema"], schema["$id"] = "https://json-schema.org/draft/2020-12/schema", Schema
	schema["title"] = "A report of docker multiplat (--report FILE.json)"
	schema["description"] = "Keys may be added; times are in seconds."
	text, err := json.MarshalIndent(schema, "", "  ")
	assert.NilError(t, err)
	assert.Check(t, !strings.Contains(string(text), `"description": ""`), "%s", text)
	golden.Assert(t, string(text)+"\n", "../"+published)
}

// closed is the published schema by which a key that it does not name is refused: readers are to take new ones, and this
// test is not.
func closed(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(golden.Get(t, "../"+published))))
	assert.NilError(t, err)
	var shut func(any)
	shut = func(part any) {
		switch part := part.(type) {
		case []any:
			for _, p := range part {
				shut(p)
			}
		case map[string]any:
			if _, is := part["properties"].(map[string]any); is && part["type"] == "object" {
				part["additionalProperties"] = false
			}
			for _, p := range part {
				shut(p)
			}
		}
	}
	shut(document)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	assert.NilError(t, compiler.AddResource(Schema, document))
	schema, err := compiler.Compile(Schema)
	assert.NilError(t, err)
	return schema
}

// Every report that is written is one by the schema; another is none.
func TestReportsBySchema(t *testing.T) {
	schema := closed(t)
	check := func(text string) error {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		assert.NilError(t, err)
		return schema.Validate(document)
	}
	nothing := Run{Name: "app:1"}
	for name, run := range map[string]Run{"example": example(), "baked": baked(), "nothing": nothing} {
		assert.NilError(t, check(writtenOf(t, "r.json", run)), name)
	}
	good := writtenOf(t, "r.json", baked())
	for old, other := range map[string]string{
		`"verdict": "failed"`: `"verdict": "no"`, `"phase": "build"`: `"phase": "wait"`, `"target": "web"`: `"aim": "web"`,
		`"published": true`: `"published": "yes"`, `"summary"`: `"words"`, "2026-11-28T": "yesterday ",
	} {
		assert.Check(t, strings.Contains(good, old), old)
		assert.Check(t, check(strings.ReplaceAll(good, old, other)) != nil, other)
	}
}
