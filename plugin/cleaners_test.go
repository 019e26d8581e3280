package plugin

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
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

// Whoever writes a tag gives all below it tags of their own: merge, promote and what --amend carries over too, and
// --by-digest where that is asked for.
func TestCleanersLeaveEveryTag(t *testing.T) {
	arches := []string{"1", "1--amd64", "1--amd64.att", "1--arm64", "1--arm64.att"}
	for name, tc := range map[string]struct {
		source string   // what is published first, without tags of its own
		first  []string // flags of that
		args   []string // what is run then; SRC is the source, APP the repository
		tags   []string
	}{
		"merge":         {"src:1", nil, []string{"merge", "-t", "APP:1", "SRC"}, arches},
		"merge, none":   {"src:1", nil, []string{"merge", "--arch-tags", "none", "-t", "APP:1", "SRC"}, arches[:1]},
		"promote":       {"src:1", nil, []string{"promote", "SRC", "APP:1"}, arches},
		"promote, none": {"src:1", nil, []string{"promote", "--arch-tags", "none", "SRC", "APP:1"}, arches[:1]},
		"promote in place": {
			"app:rc", []string{"--by-digest"}, []string{"promote", "DIGEST", "1"}, arches,
		},
		"amend":     {"app:1", []string{"--platform", "amd64"}, []string{"publish", "--amend", "--platform", "arm64", "APP:1"}, arches},
		"by digest": {"src:1", nil, []string{"publish", "--by-digest", "--arch-tags", "keep", "APP:1"}, arches[1:]},
	} {
		t.Run(name, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			s, team := plugintest.OpenStore(t, fake), registry.Host+"/team/"
			plugintest.SavePassed(t, s, team+"app:1", "app")
			draft := plugintest.SavePassed(t, s, team+tc.source, "app")
			_, err := fake.publish(t, append(tc.first, "--arch-tags", "none", team+tc.source)...)
			assert.NilError(t, err)
			for i, arg := range tc.args {
				words := map[string]string{
					"SRC": team + tc.source, "APP:1": team + "app:1", "DIGEST": team + "app@" + draft.Index.Digest.String(),
				}
				if word, ok := words[arg]; ok {
					tc.args[i] = word
				}
			}
			_, err = fake.command(t, tc.args...)
			assert.NilError(t, err, fake.Stderr.String())
			var tags []string
			for tag := range registry.tags(t) {
				tags = append(tags, tag)
			}
			slices.Sort(tags)
			assert.DeepEqual(t, tags, tc.tags)
			if len(tags) == len(arches) {
				assert.Equal(t, registry.deleteUntagged(t, "1"), 0)
				_, err = fake.command(t, "verify", "--require-tested", team+"app:1")
				assert.NilError(t, err)
			}
		})
	}
}
