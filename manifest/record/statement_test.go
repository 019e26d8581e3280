package record_test

import (
	"encoding/json"
	"strings"
	"testing"

	digest "github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

func warnedResult() record.Result {
	return record.Result{
		Result: record.Warned,
		Passed: []string{"run", "audit"},
		Warned: []string{`exec "id -u"`},
		Failed: []string{"health"},
		Configuration: []record.Setting{
			{Name: "specification", Value: "sha256:<&>"},
			{Name: "reason", Value: "a setting of this name is no reason"},
			{Name: "limits", Value: ""},
		},
		Reason: "no arm64 host, tried by hand ✓",
	}
}

func TestStatementShape(t *testing.T) {
	image := digest.FromString("image")
	body, err := record.Encode("docker.io/me/app:1.0", image, record.Result{
		Result:        record.Passed,
		Passed:        []string{"run"},
		Configuration: []record.Setting{{Name: "audit", Value: "3"}},
	})
	assert.NilError(t, err)
	assert.Equal(t, string(body), `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"docker.io/me/app:1.0",`+
		`"digest":{"sha256":"`+image.Encoded()+`"}}],"predicateType":"https://in-toto.io/attestation/test-result/v0.1",`+
		`"predicate":{"configuration":[{"annotations":{"value":"3"},"name":"audit"}],"passedTests":["run"],`+
		`"result":"PASSED"}}`)
}

func TestStatementHasConfiguration(t *testing.T) {
	body, err := record.Encode("", digest.FromString("image"), record.Result{Result: record.Failed})
	assert.NilError(t, err)
	var statement struct {
		Predicate map[string]json.RawMessage `json:"predicate"`
	}
	assert.NilError(t, json.Unmarshal(body, &statement))
	assert.Equal(t, string(statement.Predicate["configuration"]), "[]")
}

func TestStatementRoundTrip(t *testing.T) {
	image := digest.FromString("image")
	for _, want := range []record.Result{
		warnedResult(),
		{Result: record.Passed, Passed: []string{"run"}},
		{Result: record.Failed, Failed: []string{"run"}, Configuration: []record.Setting{{Name: "a", Value: "b"}}},
	} {
		body, err := record.Encode("app", image, want)
		assert.NilError(t, err)
		got, err := record.Parse(body, image)
		assert.NilError(t, err)
		assert.DeepEqual(t, got, want)
	}
}

func TestStatementDeterministic(t *testing.T) {
	first, err := record.Encode("app", digest.FromString("image"), warnedResult())
	assert.NilError(t, err)
	for range 50 {
		again, err := record.Encode("app", digest.FromString("image"), warnedResult())
		assert.NilError(t, err)
		assert.Equal(t, string(again), string(first))
	}
}

func TestStatementRefuses(t *testing.T) {
	image := digest.FromString("image")
	for _, tc := range []struct {
		image  digest.Digest
		result record.Result
		want   string
	}{
		{image, record.Result{}, `the result "" is none of`},
		{image, record.Result{Result: "INCONCLUSIVE"}, `the result "INCONCLUSIVE" is none of`},
		{"sha256:short", record.Result{Result: record.Passed}, "invalid checksum digest length"},
		{
			image,
			record.Result{Result: record.Passed, Configuration: []record.Setting{{Value: "x"}}},
			`the setting with value "x" has no name`,
		},
		{image, record.Result{Result: record.Passed, Passed: []string{"\xff"}}, "invalid UTF-8"},
		{image, record.Result{Result: record.Warned, Reason: "\xff"}, "invalid UTF-8"},
	} {
		_, err := record.Encode("app", tc.image, tc.result)
		assert.ErrorContains(t, err, tc.want)
	}
}

func TestParseStatementRefuses(t *testing.T) {
	image := digest.FromString("image")
	body, err := record.Encode("app", image, warnedResult())
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
			_, err := record.Parse([]byte(tc.body), image)
			assert.ErrorIs(t, err, record.ErrStatement)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	_, err = record.Parse(body, "sha256:x")
	assert.ErrorIs(t, err, record.ErrStatement)
}

func TestParseStatementIgnoresUnknownFields(t *testing.T) {
	image := digest.FromString("image")
	body, err := record.Encode("app", image, warnedResult())
	assert.NilError(t, err)
	more := strings.Replace(string(body), `"predicate":{`, `"later":1,"predicate":{"newer":{"x":[]},`, 1)
	got, err := record.Parse([]byte(more), image)
	assert.NilError(t, err)
	assert.DeepEqual(t, got, warnedResult())
}
