package plugin

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// garbage are configs and manifests that are JSON, and not what an image has there.
func (r *fakeRegistry) garbage(t *testing.T) map[string]string {
	t.Helper()
	layer := r.Blob(t, "team/app", ocispec.MediaTypeImageLayer, plugintest.LayerOf(t, plugintest.Linux("amd64", ""), "x"))
	tags := map[string]string{}
	for tag, more := range map[string]string{
		"created": `"created":"yesterday"`, "history": `"history":5`, "rootfs": `"rootfs":"none"`, "config": `"config":[]`,
		"env": `"config":{"Env":{"A":"b"}}`, "entrypoint": `"config":{"Entrypoint":"/app"}`, "step": `"history":[{"created":7}]`,
	} {
		config := r.Blob(
			t,
			"team/app",
			ocispec.MediaTypeImageConfig,
			[]byte(`{"architecture":"amd64","os":"linux",`+more+`}`),
		)
		r.Manifest(t, "team/app", tag, ocispec.Manifest{Config: config, Layers: []ocispec.Descriptor{layer}})
		tags[tag] = "config"
	}
	body, _, _ := r.Read(t, "team/app", "created")
	for tag, layers := range map[string]string{"layers": `"layers":5`, "sizes": `"layers":[{"size":"big"}]`} {
		before, _, _ := strings.Cut(string(body), `"layers":`)
		r.Write(t, "team/app", tag, ocispec.MediaTypeImageManifest, []byte(before+layers+"}"))
		tags[tag] = "manifest"
	}
	return tags
}

// Content that is what its digest says, and makes no sense, is a fault of what is published, never a bug of ours.
func TestGarbageInWhatIsPublished(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name, amd64 := registry.Host+"/team/app", plugintest.Linux("amd64", "")
	registry.Image(t, "team/app", "good", "good", amd64)
	for tag, of := range registry.garbage(t) {
		for _, args := range [][]string{
			{"verify", name + ":" + tag},
			{"verify", "--deep", name + ":" + tag},
			{"inspect", "--remote", name + ":" + tag},
			{"merge", "--allow-untested", "-t", name + ":out", name + ":" + tag},
			{"merge", "--deep", "--allow-untested", "-t", name + ":out", name + ":" + tag},
			{"promote", "--allow-untested", name + ":" + tag, "out2"},
			{"diff", name + ":" + tag, name + ":good"},
		} {
			_, err := fake.command(t, args...)
			unread := of == "config" && args[1] != "--deep" && args[0] != "diff" && args[0] != "verify"
			code := ExitCode(err)
			assert.Check(t, code == failure.ExitIntegrity || unread && code == failure.ExitDone, "%v: %d: %v", args, code, err)
		}
		if of == "manifest" {
			_, err := fake.command(t, "test", name+"@"+registry.DigestAt(t, "team/app", tag).String())
			assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
		}
	}
}
