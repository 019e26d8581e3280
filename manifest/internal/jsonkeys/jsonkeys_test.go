package jsonkeys_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/internal/jsonkeys"
)

func TestCheck(t *testing.T) {
	for _, good := range []string{
		`{}`, `[]`, `1`, `{"a":[{"b":1},{"b":2}],"c":{"b":null,"":1,"d":""}}`, `{"annotations":{"a":"1","A":"2"}}`,
	} {
		assert.NilError(t, jsonkeys.Check([]byte(good)), good)
	}
	for body, want := range map[string]string{
		`{"manifests":[],"manifests":[]}`:   `"manifests" is in it twice`,
		`{"manifests":[],"Manifests":[]}`:   `"Manifests" is in it twice`,
		`{"a":[{"digest":1,"digest":2}]}`:   `"digest" is in it twice`,
		`{"annotations":{"a":"1","a":"2"}}`: `"a" is in it twice`,
		strings.Repeat("[", 200):            "nested deeper",
	} {
		assert.ErrorContains(t, jsonkeys.Check([]byte(body)), want)
	}
}
