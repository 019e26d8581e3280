package record_test

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// The record of a second build stands beside that of the tests, takes the place of an earlier one, and has the same
// bytes for the same result.
func TestAddReproduction(t *testing.T) {
	m := memory{}
	image, err := record.Add(t.Context(), m, testedImage(), "app", warnedResult())
	assert.NilError(t, err)
	_, ok, err := record.ReproductionOf(t.Context(), m, image)
	assert.NilError(t, err)
	assert.Check(t, !ok)

	differs := record.Reproduction{
		Result: record.Differs, Differences: []record.Difference{{Layer: 2, Path: "etc/stamp", Cause: "time"}},
		Inputs: []record.Input{{Name: "SOURCE_DATE_EPOCH", Value: "7"}},
	}
	for _, want := range []record.Reproduction{differs, {Result: record.Reproduced}} {
		again, err := record.AddReproduction(t.Context(), m, image, "app", want)
		assert.NilError(t, err)
		image, err = record.AddReproduction(t.Context(), m, again, "app", want)
		assert.NilError(t, err)
		assert.Equal(t, image.Attestation.Digest, again.Attestation.Digest)
		got, there, err := record.ReproductionOf(t.Context(), m, image)
		assert.NilError(t, err)
		assert.Check(t, there)
		assert.DeepEqual(t, got, want)
	}
	tested, ok, err := record.Of(t.Context(), m, image)
	assert.NilError(t, err)
	assert.Check(t, ok)
	assert.DeepEqual(t, tested, warnedResult())
}

// Testing again what was tested before leaves the attestation manifest as it is, also behind a second build.
func TestAddKeepsPlaces(t *testing.T) {
	m := memory{}
	tested, err := record.Add(t.Context(), m, testedImage(), "app", warnedResult())
	assert.NilError(t, err)
	both, err := record.AddReproduction(t.Context(), m, tested, "app", record.Reproduction{Result: record.Reproduced})
	assert.NilError(t, err)
	again, err := record.Add(t.Context(), m, both, "app", warnedResult())
	assert.NilError(t, err)
	assert.Equal(t, again.Attestation.Digest, both.Attestation.Digest)
}

// What is no record of a second build of the very image is none.
func TestParseReproductionRefuses(t *testing.T) {
	image := digest.FromString("image")
	body, err := record.EncodeReproduction("app", image, record.Reproduction{Result: record.Reproduced})
	assert.NilError(t, err)
	for name, other := range map[string]string{
		"result":    strings.Replace(string(body), record.Reproduced, "PERHAPS", 1),
		"predicate": strings.Replace(string(body), record.ReproductionType, record.PredicateType, 1),
		"type":      strings.Replace(string(body), "Statement/v1", "Statement/v9", 1),
		"nothing":   strings.Replace(string(body), `"predicate":{"result":"REPRODUCED"}`, `"predicate":null`, 1),
		"no JSON":   "{",
	} {
		assert.Check(t, other != string(body), name)
		_, err := record.ParseReproduction([]byte(other), image)
		assert.ErrorIs(t, err, record.ErrStatement, name)
	}
	_, err = record.ParseReproduction(body, digest.FromString("another"))
	assert.ErrorIs(t, err, record.ErrStatement)
	_, err = record.EncodeReproduction("app", image, record.Reproduction{})
	assert.ErrorContains(t, err, "none of REPRODUCED, DIFFERS")
}
