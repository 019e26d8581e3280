package plugin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// readMetadataFile reads what a command wrote to --metadata-file.
func readMetadataFile[T any](t *testing.T, file string) (document T) {
	t.Helper()
	body, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.NilError(t, json.Unmarshal(body, &document))
	return document
}

// configAt is the digest of the config of an image in team/app.
func (r *fakeRegistry) configAt(t *testing.T, dgst digest.Digest) digest.Digest {
	t.Helper()
	var m ocispec.Manifest
	r.parse(t, dgst, &m)
	return m.Config.Digest
}

// A draft of two names is one image: the file tells all of it, with every tag, arch tags too.
func TestMetadataOfTwoNames(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	s, file := plugintest.OpenStore(t, fake), filepath.Join(fake.Folder, "m.json")
	name, other := near.Host+"/team/app:1", far.Host+"/team/app:1"
	draft := plugintest.SavePassed(t, s, name, "app")
	_, err := fake.command(t, "tag", name, other)
	assert.NilError(t, err)
	old := near.Image(t, "team/app", "1", "old", plugintest.Linux("amd64", ""))
	_, err = fake.publish(t, "--metadata-file", file, name, other)
	assert.NilError(t, err)

	got := readMetadataFile[inputs.ImageMetadata](t, file)
	assert.Equal(t, got.Digest, draft.Index.Digest)
	assert.DeepEqual(t, got.Descriptor, ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageIndex, Digest: draft.Index.Digest, Size: draft.Index.Size,
	})
	assert.Equal(t, got.Name, name+","+other)
	assert.Equal(t, got.Repository, near.Host+"/team/app")
	index := draft.Index.Digest
	assert.DeepEqual(t, got.Tags, []inputs.MetadataTag{
		{Name: name, Old: old.Digest, New: index, Written: true}, {Name: other, New: index, Written: true},
	})
	amd64, arm64 := draft.Images[0], draft.Images[1]
	assert.DeepEqual(t, got.ArchTags, []inputs.MetadataTag{
		{Name: name + "--amd64", New: amd64.Manifest.Digest, Written: true},
		{Name: name + "--arm64", New: arm64.Manifest.Digest, Written: true},
		{Name: other + "--amd64", New: amd64.Manifest.Digest, Written: true},
		{Name: other + "--arm64", New: arm64.Manifest.Digest, Written: true},
	})
	assert.DeepEqual(t, got.Platforms, []inputs.MetadataPlatform{
		{
			Platform: "linux/amd64", Manifest: amd64.Manifest, Attestation: amd64.Attestation, Verdict: "passed",
			Config: near.configAt(t, amd64.Manifest.Digest),
		},
		{
			Platform: "linux/arm64", Manifest: arm64.Manifest, Attestation: arm64.Attestation, Verdict: "passed",
			Config: near.configAt(t, arm64.Manifest.Digest),
		},
	})
}

// Drafts of different content are told apart, each under its name.
func TestMetadataOfDifferentImages(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	s, file := plugintest.OpenStore(t, fake), filepath.Join(fake.Folder, "m.json")
	one, two := near.Host+"/team/app:1", near.Host+"/team/app:2"
	first, second := plugintest.SavePassed(t, s, one, "first"), plugintest.SavePassed(t, s, two, "second")
	_, err := fake.publish(t, "--metadata-file", file, one, two)
	assert.NilError(t, err)
	got := readMetadataFile[map[string]inputs.ImageMetadata](t, file)
	assert.Equal(t, len(got), 2)
	assert.Equal(t, got[one].Digest, first.Index.Digest)
	assert.Equal(t, got[two].Digest, second.Index.Digest)
	assert.Equal(t, got[two].Tags[0].Name, two)
}

// What was carried over, merged or promoted is told as fully as what was built.
func TestMetadataOfWhatIsNotBuilt(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	s, file := plugintest.OpenStore(t, fake), filepath.Join(fake.Folder, "m.json")
	name := near.Host + "/team/app"
	old := plugintest.SavePassed(t, s, name+":1", "old")
	_, err := fake.publish(t, name+":1")
	assert.NilError(t, err)
	plugintest.SaveDraft(t, s, name+":fix", "arm64", plugintest.PassedImage(t, s, "arm64", "fixed"))
	_, err = fake.publish(t, "--amend=1", "--metadata-file", file, name+":fix")
	assert.NilError(t, err)
	want := inputs.MetadataPlatform{
		Platform: "linux/amd64", Manifest: old.Images[0].Manifest, Attestation: old.Images[0].Attestation,
		Verdict: "passed", Carried: true, Config: near.configAt(t, old.Images[0].Manifest.Digest),
	}
	assert.DeepEqual(t, readMetadataFile[inputs.ImageMetadata](t, file).Platforms[1], want)

	want.Carried = false
	for _, args := range [][]string{
		{"merge", "-t", name + ":merged", name + ":1--amd64", "--allow-untested"},
		{"merge", "-t", name + ":merged2", "--platform", "amd64", name + ":1"},
		{"promote", name + ":1", "promoted"},
	} {
		_, err = fake.command(t, append(args, "--metadata-file", file)...)
		assert.NilError(t, err)
		got := readMetadataFile[inputs.ImageMetadata](t, file)
		if args[0] == "merge" && args[len(args)-1] == "--allow-untested" { // an arch tag is the plain image
			assert.Equal(t, got.Platforms[0].Verdict, "untested")
			assert.Equal(t, got.Platforms[0].Config, want.Config)
			continue
		}
		assert.DeepEqual(t, got.Platforms[0], want)
		assert.Equal(t, len(got.ArchTags), len(got.Platforms))
		assert.Equal(t, got.Tags[0].New, got.Digest)
	}
}
