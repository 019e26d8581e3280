package reproduce

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What was built again is recorded of the very images that were compared: a draft that was changed meanwhile, or is gone,
// stays as it is, and that is said.
func TestRecordOfAChangedDraft(t *testing.T) {
	const name = "app:1"
	for what, change := range map[string]func(t *testing.T, r *run){
		"another image": func(t *testing.T, r *run) {
			t.Helper()
			plugintest.SaveDraft(t, r.drafts, name, "linux/amd64,linux/arm64",
				plugintest.UntestedImage(t, r.drafts, "linux/amd64", "app"),
				plugintest.UntestedImage(t, r.drafts, "linux/arm64", "changed"))
		},
		"another attestation": func(t *testing.T, r *run) {
			t.Helper()
			plugintest.SaveDraft(t, r.drafts, name, "linux/amd64,linux/arm64",
				plugintest.PassedImage(t, r.drafts, "linux/amd64", "app"),
				plugintest.UntestedImage(t, r.drafts, "linux/arm64", "app"))
		},
		"a platform less": func(t *testing.T, r *run) {
			t.Helper()
			plugintest.SaveDraft(t, r.drafts, name, "linux/amd64", plugintest.UntestedImage(t, r.drafts, "linux/amd64", "app"))
		},
		"none any more": func(t *testing.T, r *run) {
			t.Helper()
			assert.NilError(t, r.drafts.Remove(t.Context(), r.name))
		},
	} {
		t.Run(what, func(t *testing.T) {
			r := &run{drafts: plugintest.OpenStore(t, plugintest.NewCLI(t)), name: plugintest.Named(t, name)}
			var all []original
			var images []manifest.Image
			for _, p := range []string{"linux/amd64", "linux/arm64"} {
				image := plugintest.UntestedImage(t, r.drafts, p, "app")
				images = append(images, image)
				all = append(all, original{Entry: source.Entry{Image: image}, asked: image.Platform})
			}
			plugintest.SaveDraft(t, r.drafts, name, "linux/amd64,linux/arm64", images...)
			change(t, r)
			before, _ := r.drafts.Draft(t.Context(), r.name)
			result := Result{Platforms: []Platform{{Result: Same}, {Result: Same}}}
			err := r.record(t.Context(), all, &result)
			assert.ErrorContains(t, err, `the draft "app:1" was changed meanwhile`)
			assert.Equal(t, failure.ExitCode(err), failure.ExitIntegrity)
			assert.Check(t, !result.Recorded)
			after, _ := r.drafts.Draft(t.Context(), r.name)
			assert.DeepEqual(t, after.Images, before.Images)
		})
	}
}

// A platform that could not be built again is not recorded, and the others are.
func TestRecordOfSome(t *testing.T) {
	r := &run{drafts: plugintest.OpenStore(t, plugintest.NewCLI(t)), name: plugintest.Named(t, "app:1")}
	var all []original
	d := draft.Draft{}
	for _, p := range []string{"linux/amd64", "linux/arm64"} {
		image := plugintest.UntestedImage(t, r.drafts, p, "app")
		d.Images = append(d.Images, image)
		all = append(all, original{Entry: source.Entry{Image: image}, asked: image.Platform})
	}
	plugintest.SaveDraft(t, r.drafts, "app:1", "linux/amd64,linux/arm64", d.Images...)
	result := Result{Platforms: []Platform{{Result: Failed}, {Result: Same}}}
	assert.NilError(t, r.record(t.Context(), all, &result))
	now, err := r.drafts.Draft(t.Context(), r.name)
	assert.NilError(t, err)
	for i, want := range []bool{false, true} {
		_, ok, err := record.ReproductionOf(t.Context(), r.drafts, now.Images[i])
		assert.NilError(t, err)
		assert.Equal(t, ok, want)
	}
}
