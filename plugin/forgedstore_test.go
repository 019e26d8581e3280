package plugin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// forgeries change a draft of linux/amd64 and linux/arm64 in a store that is whole: every blob has its digest.
func forgeries() map[string]func(d *store.Draft) {
	return map[string]func(d *store.Draft){
		"platforms exchanged": func(d *store.Draft) {
			d.Images[0].Platform, d.Images[1].Platform = d.Images[1].Platform, d.Images[0].Platform
		},
		"one image under another platform, too": func(d *store.Draft) {
			more := d.Images[0]
			more.Platform.Architecture = "s390x"
			d.Images = append(d.Images, more)
			d.Platforms = append(d.Platforms, more.Platform)
		},
		"a record of the other image": func(d *store.Draft) { d.Images[0].Attestation = d.Images[1].Attestation },
	}
}

// A draft that somebody else has put together is published in no case, and keeps no other from being listed.
func TestForgedDrafts(t *testing.T) {
	for how, forge := range forgeries() {
		t.Run(how, func(t *testing.T) {
			reg := newFakeRegistry(t)
			fake := &fakeCLI{newFakeCLI(t).WithEngine(t, new(plugintest.EngineImages).Answer)}
			name := reg.Host + "/app:1"
			s := plugintest.OpenStore(t, fake)
			plugintest.SaveDraft(t, s, name, "linux/amd64,linux/arm64",
				plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.PassedImage(t, s, "linux/arm64", "app"))
			plugintest.SavePassed(t, s, reg.Host+"/other:1", "other")
			_, err := s.Update(t.Context(), plugintest.Named(t, name), func(d *store.Draft) error {
				forge(d)
				return nil
			})
			assert.NilError(t, err)
			assertUnfit(t, fake, reg, name)
		})
	}
}

// What index.json says of the blob of a draft is held against it.
func TestForgedEntries(t *testing.T) {
	for how, forge := range map[string]func(d *ocispec.Descriptor){
		"another size": func(d *ocispec.Descriptor) { d.Size = 1 << 62 },
		"another type": func(d *ocispec.Descriptor) { d.MediaType = ocispec.MediaTypeImageManifest },
	} {
		t.Run(how, func(t *testing.T) {
			reg := newFakeRegistry(t)
			fake := &fakeCLI{newFakeCLI(t).WithEngine(t, new(plugintest.EngineImages).Answer)}
			s := plugintest.OpenStore(t, fake)
			name := reg.Host + "/app:1"
			plugintest.SavePassed(t, s, name, "app")
			plugintest.SavePassed(t, s, reg.Host+"/other:1", "other")
			file := filepath.Join(fake.Drafts(), "index.json")
			body, err := os.ReadFile(file)
			assert.NilError(t, err)
			var index ocispec.Index
			assert.NilError(t, json.Unmarshal(body, &index))
			for i := range index.Manifests {
				entry := &index.Manifests[i]
				if entry.Annotations[ocispec.AnnotationRefName] == name {
					delete(entry.Annotations, "com.docker-multiplat.sum") // as versions before wrote it
					forge(entry)
				}
			}
			body, err = json.Marshal(index)
			assert.NilError(t, err)
			assert.NilError(t, os.WriteFile(file, body, 0o600))
			assertUnfit(t, fake, reg, name)
		})
	}
}

// assertUnfit checks that a draft is told to be damaged and is not published, that another one is, and that the
// damaged one can be removed.
func assertUnfit(t *testing.T, fake *fakeCLI, reg *fakeRegistry, name string) {
	t.Helper()
	assertListed(t, fake, name, "damaged")
	assertListed(t, fake, reg.Host+"/other:1", "passed")
	err := fake.run(t, "publish", name)
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
	assert.Check(t, strings.Contains(explained(err), "next: docker multiplat build"), explained(err))
	assert.Equal(t, string(reg.DigestAt(t, "app", "1")), "")
	assert.NilError(t, fake.run(t, "publish", reg.Host+"/other:1"))
	assert.NilError(t, fake.run(t, "rm", name))
}
