package plugin

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// tags are the tags of team/app.
func (r *fakeRegistry) tags(t *testing.T) map[string]digest.Digest {
	t.Helper()
	answer := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v2/team/app/tags/list", nil)
	r.Handler.ServeHTTP(answer, request)
	var list struct{ Tags []string }
	assert.NilError(t, json.Unmarshal(answer.Body.Bytes(), &list))
	tags := map[string]digest.Digest{}
	for _, tag := range list.Tags {
		tags[tag] = r.DigestAt(t, "team/app", tag)
	}
	return tags
}

// deleteUntagged does what cleaners of registries do: of the manifests below a tag it deletes what has no tag itself.
func (r *fakeRegistry) deleteUntagged(t *testing.T, tag string) (deleted int) {
	t.Helper()
	tagged := map[digest.Digest]bool{}
	for _, dgst := range r.tags(t) {
		tagged[dgst] = true
	}
	for _, entry := range r.Index(t, tag).Manifests {
		if tagged[entry.Digest] {
			continue
		}
		answer := httptest.NewRecorder()
		url := "/v2/team/app/manifests/" + entry.Digest.String()
		r.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodDelete, url, nil))
		assert.Equal(t, answer.Code, http.StatusAccepted, answer.Body.String())
		deleted++
	}
	return deleted
}

// A job that deletes what has no tag leaves a published image whole: its attestation manifests have tags too. Without
// arch tags there are none of either, and verify is the alarm.
func TestCleanersLeavePublishedTags(t *testing.T) {
	for _, archTags := range []string{"keep", "none"} {
		t.Run(archTags, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
			plugintest.SavePassed(t, s, name, "app")
			_, err := fake.publish(t, "--arch-tags", archTags, name)
			assert.NilError(t, err)
			deleted := registry.deleteUntagged(t, "1")
			if archTags == "none" {
				assert.Equal(t, len(registry.tags(t)), 1)
				assert.Equal(t, deleted, 4)
				_, err = fake.command(t, "verify", name)
				assert.Equal(t, ExitCode(err), 9)
				return
			}
			assert.Equal(t, deleted, 0)
			registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
			for _, args := range [][]string{{"verify", "--require-tested"}, {"inspect", "--remote"}, {"inspect"}} {
				_, err = fake.command(t, append(args, name)...)
				assert.NilError(t, err)
			}
			_, err = fake.command(t, "promote", name, "2")
			assert.NilError(t, err)

			_, err = fake.command(t, "verify", name+"--amd64.att")
			assert.Equal(t, ExitCode(err), 2)
			assert.ErrorContains(t, err, "is no image, but the attestations of one; verify "+name+" instead")
		})
	}
}
