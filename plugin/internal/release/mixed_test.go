package release

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A refusal of platforms of different sources says what differs, and by how much of it one can tell.
func TestMixedSaysWhatDiffers(t *testing.T) {
	const base = "from pkg:docker/busybox@latest"
	whole := map[string]string{
		"revision": "1111111111111111111111111111111111111111", "Dockerfile": "d1", "files": "f1", "argument A": "a1",
		"target": "last", base: "sha256:b1",
	}
	with := func(changes map[string]string) map[string]string {
		changed := map[string]string{}
		for key, value := range whole {
			changed[key] = value
		}
		for key, value := range changes {
			if changed[key] = value; value == "" {
				delete(changed, key)
			}
		}
		return changed
	}
	const other = "2222222222222222222222222222222222222222"
	for _, tc := range []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{"nothing", nil, ""},
		{"the revision alone", map[string]string{"revision": other}, ""},
		{
			"files and revision",
			map[string]string{"files": "f2", "revision": other},
			"files (f1, f2); revision (111111111111, 222222222222)",
		},
		{"Dockerfile", map[string]string{"Dockerfile": "d2"}, "Dockerfile (d1, d2)"},
		{"argument", map[string]string{"argument A": "a2"}, "argument A (a1, a2)"},
		{"argument of one", map[string]string{"argument A": "", "argument B": "b"}, "argument A (a1, none); argument B (none, b)"},
		{"base image", map[string]string{base: "sha256:b2"}, base + " (sha256:b1, sha256:b2)"},
		{"built without provenance", map[string]string{base: ""}, ""},
		{"target", map[string]string{"target": ""}, "target (last, none)"},
		{"files of a named context", map[string]string{"files of x": "1"}, "files of x (none, 1)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := plugintest.OpenStore(t, plugintest.NewCLI(t))
			plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
				plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.PassedImage(t, s, "linux/arm64", "app"))
			plugintest.SaveNote(t, s, "app:1", "linux/amd64", store.Note{Source: whole})
			plugintest.SaveNote(t, s, "app:1", "linux/arm64", store.Note{Source: with(tc.changes)})
			_, err := readied(t, s, FromDraft{ArchTags: true}, Request{})
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.Equal(t, failure.ExitCode(err), failure.ExitIntegrity)
			assert.ErrorContains(t, err, "linux/amd64 and linux/arm64 are of different sources: "+tc.want+": ")
			_, err = readied(t, s, FromDraft{ArchTags: true, AllowMixed: true}, Request{})
			assert.NilError(t, err)
		})
	}
}
