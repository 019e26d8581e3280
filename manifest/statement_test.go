package manifest_test

import (
	"encoding/json"
	"strings"
	"testing"

	digest "github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

func warnedResult() manifest.TestResult {
	return manifest.TestResult{
		Result: manifest.Warned,
		Passed: []string{"run", "audit"},
		Warned: []string{`exec "id -u"`},
		Failed: []string{"health"},
		Configuration: []manifest.Setting{
			{Name: "specification", Value: "sha256:<&>"},
			{Name: "reason", Value: "a setting of this name is no reason"},
			{Name: "limits", Value: ""},
		},
		Reason: "no arm64 host, tried by hand ✓",
	}
}

func TestStatementShape(t *testing.T) {
	image := digest.FromString("image")
	body, err := manifest.Statement("docker.io/me/app:1.0", image, manifest.TestResult{
		Result:        manifest.Passed,
		Passed:        []string{"run"},
		Configuration: []manifest.Setting{{Name: "audit", Value: "3"}},
	})
	assert.NilError(t, err)
	assert.Equal(t, string(body), `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"docker.io/me/app:1.0",`+
		`"digest":{"sha256":"`+image.Encoded()+`"}}],"predicateType":"https://in-toto.io/attestation/test-result/v0.1",`+
		`"predicate":{"configuration":[{"annotations":{"value":"3"},"name":"audit"}],"passedTests":["run"],`+
		`"result":"PASSED"}}`)
}

func TestStatementHasConfiguration(t *testing.T) {
	body, err := manifest.Statement("", digest.FromString("image"), manifest.TestResult{Result: manifest.Failed})
	assert.NilError(t, err)
	var statement struct {
		Predicate map[string]json.RawMessage `json:"predicate"`
	}
	assert.NilError(t, json.Unmarshal(body, &statement))
	assert.Equal(t, string(statement.Predicate["configuration"]), "[]")
}

func TestStatementRoundTrip(t *testing.T) {
	image := digest.FromString("image")
	for _, want := range []manifest.TestResult{
		warnedResult(),
		{Result: manifest.Passed, Passed: []string{"run"}},
		{Result: manifest.Failed, Failed: []string{"run"}, Configuration: []manifest.Setting{{Name: "a", Value: "b"}}},
	} {
		body, err := manifest.Statement("app", image, want)
		assert.NilError(t, err)
		got, err := manifest.ParseStatement(body, image)
		assert.NilError(t, err)
		assert.DeepEqual(t, got, want)
	}
}

func TestStatementDeterministic(t *testing.T) {
	first, err := manifest.Statement("app", digest.FromString("image"), warnedResult())
	assert.NilError(t, err)
	for range 50 {
		again, err := manifest.Statement("app", digest.FromString("image"), warnedResult())
		assert.NilError(t, err)
		assert.Equal(t, string(again), string(first))
	}
}

func TestStatementRefuses(t *testing.T) {
	image := digest.FromString("image")
	for _, tc := range []struct {
		image  digest.Digest
		result manifest.TestResult
		want   string
	}{
		{image, manifest.TestResult{}, `the result "" is none of`},
		{image, manifest.TestResult{Result: "INCONCLUSIVE"}, `the result "INCONCLUSIVE" is none of`},
		{"sha256:short", manifest.TestResult{Result: manifest.Passed}, "invalid checksum digest length"},
		{
			image,
			manifest.TestResult{Result: manifest.Passed, Configuration: []manifest.Setting{{Value: "x"}}},
			`the setting with value "x" has no name`,
		},
		{image, manifest.TestResult{Result: manifest.Passed, Passed: []string{"\xff"}}, "invalid UTF-8"},
		{image, manifest.TestResult{Result: manifest.Warned, Reason: "\xff"}, "invalid UTF-8"},
	} {
		_, err := manifest.Statement("app", tc.image, tc.result)
		assert.ErrorContains(t, err, tc.want)
	}
}

func TestParseStatementRefuses(t *testing.T) {
	image := digest.FromString("image")
	body, err := manifest.Statement("app", image, warnedResult())
	assert.NilError(t, err)
	good := string(body)
	for _, tc := range []struct{ name, body, want string }{
		{"nothing", "", "syntax error"},
		{"another type", strings.Replace(good, "Statement/v1", "Statement/v2", 1), "wrong statement type"},
		{"the old type", strings.Replace(good, "Statement/v1", "Statement/v0.1", 1), "Statement/v0.1"},
		{"another predicate", strings.Replace(good, "test-result/v0.1", "provenance/v1", 1), "provenance/v1"},
		{
			"another subject",
			strings.Replace(good, image.Encoded(), digest.FromString("b").Encoded(), 1),
			"its subject is another",
		},
		{"no subject", strings.Replace(good, `"subject"`, `"object"`, 1), "at least one subject"},
		{"no predicate", strings.Replace(good, `"predicate":`, `"predicates":`, 1), "predicate object required"},
		{"another result", strings.Replace(good, "WARNED", "INCONCLUSIVE", 1), `the result "INCONCLUSIVE"`},
		{"wrong kind", strings.Replace(good, `"WARNED"`, `7`, 1), "result"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Assert(t, tc.body != good)
			_, err := manifest.ParseStatement([]byte(tc.body), image)
			assert.ErrorIs(t, err, manifest.ErrStatement)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	_, err = manifest.ParseStatement(body, "sha256:x")
	assert.ErrorIs(t, err, manifest.ErrStatement)
}

func TestParseStatementIgnoresUnknownFields(t *testing.T) {
	image := digest.FromString("image")
	body, err := manifest.Statement("app", image, warnedResult())
	assert.NilError(t, err)
	more := strings.Replace(string(body), `"predicate":{`, `"later":1,"predicate":{"newer":{"x":[]},`, 1)
	got, err := manifest.ParseStatement([]byte(more), image)
	assert.NilError(t, err)
	assert.DeepEqual(t, got, warnedResult())
}
