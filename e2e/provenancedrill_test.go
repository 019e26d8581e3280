//go:build e2e && drill

package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// provenance is what an image says of how it was built, of all its platforms.
func (s *scenario) provenance(t *testing.T, name string) (text string, keys []string) {
	t.Helper()
	text = s.docker("buildx", "imagetools", "inspect", "--format", "{{json .Provenance}}", name).succeeds(t).Stdout
	var read any
	assert.NilError(t, json.Unmarshal([]byte(text), &read))
	assert.Check(t, strings.Contains(text, "buildDefinition"), "%s has no provenance: %s", name, text)
	keys = keysOf("", read)
	slices.Sort(keys)
	return text, slices.Compact(keys)
}

// keysOf are the paths of a document, without the numbers in its lists and names that are those of one build.
func keysOf(at string, value any) (keys []string) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if regexp.MustCompile(`^(sha256:.*|step\d+|\d+|linux/.*)$`).MatchString(key) {
				key = "*"
			}
			keys = append(keys, keysOf(at+"/"+key, inner)...)
		}
	case []any:
		for _, inner := range v {
			keys = append(keys, keysOf(at+"/*", inner)...)
		}
	default:
		keys = append(keys, at)
	}
	return keys
}

// recordsNoMore holds what an image says of how it was built against what buildx lets BuildKit say of the same build:
// it has no key that is not there, and no secret that is not there.
func (s *scenario) recordsNoMore(t *testing.T, ours, theirs string, secrets map[string]secret) {
	t.Helper()
	text, keys := s.provenance(t, ours)
	other, known := s.provenance(t, theirs)
	for _, key := range keys {
		assert.Check(t, slices.Contains(known, key), "only ours has %s", key)
	}
	for what, given := range secrets {
		assert.Check(t, !strings.Contains(text, given.canary) || given.recorded, "ours has the %s", what)
		recorded := given.recorded || given.theirs
		assert.Check(t, strings.Contains(other, given.canary) == recorded,
			fmt.Sprintf("%s: BuildKit itself records it: %t", what, !recorded))
	}
	t.Logf("%d keys of provenance, %d of buildx", len(keys), len(known))
}
