package plugin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// indexWith puts an index of these entries under a tag of team/app.
func (r *fakeRegistry) indexWith(t *testing.T, tag string, entries ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	body := plugintest.Marshalled(t, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: entries,
	})
	r.Write(t, "team/app", tag, ocispec.MediaTypeImageIndex, body)
	return ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageIndex, Digest: digest.FromBytes(body), Size: int64(len(body)),
	}
}

// entry is an image as an index lists it.
func entry(image ocispec.Descriptor, p ocispec.Platform) ocispec.Descriptor {
	image.Platform = &p
	return image
}

// nested puts an index of indexes under a tag, so many of them above the one of the images.
func (r *fakeRegistry) nested(t *testing.T, tag string, levels int) ocispec.Descriptor {
	t.Helper()
	amd64 := r.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	arm64 := r.Image(t, "team/app", "b", "app", plugintest.Linux("arm64", ""))
	inner := r.indexWith(t, tag, entry(amd64, plugintest.Linux("amd64", "")))
	for range levels {
		inner = r.indexWith(t, tag, inner)
	}
	return r.indexWith(t, tag, inner, entry(arm64, plugintest.Linux("arm64", "")))
}

// Indexes in a source are flattened, three deep; what is deeper is refused.
func TestMergeFlattens(t *testing.T) {
	for levels, fine := range map[int]bool{0: true, 2: true, 3: false} {
		t.Run(fmt.Sprint(levels), func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			name := registry.Host + "/team/app"
			registry.nested(t, "deep", levels)
			_, err := fake.command(t, "merge", "--allow-untested", "-t", name+":1", name+":deep")
			if !fine {
				assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
				assert.ErrorContains(t, err, "nested too deep")
				return
			}
			assert.NilError(t, err)
			assert.DeepEqual(t, plugintest.PlatformsListed(registry.Index(t, "1")), []string{"linux/arm64", "linux/amd64"})
		})
	}
}

// A promotion keeps even indexes of indexes as they are, with all below them.
func TestPromoteNested(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	root := near.nested(t, "deep", 1)
	_, err := fake.command(t, "promote", "--allow-untested", near.Host+"/team/app:deep", far.Host+"/team/app:1")
	assert.NilError(t, err)
	assert.Equal(t, far.DigestAt(t, "team/app", "1"), root.Digest)
	far.assertWhole(t, root.Digest)
}

// So does one within a repository, over a tag that serves what the indexes in it do.
func TestPromoteNestedOverTag(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	root := registry.nested(t, "deep", 1)
	_, err := fake.command(t, "merge", "--allow-untested", "-t", name+":1", name+":deep")
	assert.NilError(t, err)
	_, err = fake.command(t, "promote", "--allow-untested", name+":deep", "1")
	assert.NilError(t, err)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), root.Digest)
	registry.assertWhole(t, root.Digest)
}

// assertWhole checks that everything below an index or a manifest of team/app is there.
func (r *fakeRegistry) assertWhole(t *testing.T, dgst digest.Digest) {
	t.Helper()
	var document struct {
		Manifests, Layers []ocispec.Descriptor
		Config            *ocispec.Descriptor
	}
	r.parse(t, dgst, &document)
	for _, child := range document.Manifests {
		r.assertWhole(t, child.Digest)
	}
	if document.Config != nil {
		document.Layers = append(document.Layers, *document.Config)
	}
	for _, blob := range document.Layers {
		assert.Check(t, r.HasBlob(t, "team/app", blob), "%s is missing", blob.Digest)
	}
}

// What an index does not say of a platform, the config does: all of it, or the os.version of Windows.
func TestMergeCompletesPlatforms(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	arm := registry.Image(t, "team/app", "a", "app", plugintest.Linux("arm", "v6"))
	nano := registry.Image(t, "team/app", "b", "app", plugintest.Windows("10.0.20348.1"))
	registry.indexWith(t, "terse", arm, entry(nano, ocispec.Platform{OS: "windows", Architecture: "amd64"}))
	_, err := fake.command(t, "merge", "--allow-untested", "-t", name+":1", name+":terse")
	assert.NilError(t, err)
	index := registry.Index(t, "1")
	assert.DeepEqual(t, plugintest.PlatformsListed(index), []string{"linux/arm/v6", "windows/amd64 10.0.20348.1"})
	assert.DeepEqual(t, index.Manifests[1].Platform.OSFeatures, []string{"win32k"})
}

// An image of schema 1 is refused in words.
func TestMergeRefusesSchema1(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Write(t, "team/app", "old", "application/vnd.docker.distribution.manifest.v1+prettyjws",
		[]byte(`{"schemaVersion":1,"name":"team/app","fsLayers":[],"history":[]}`))
	_, err := fake.command(t, "merge", "--allow-untested", "-t", name+":1", name+":old")
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
	assert.ErrorContains(t, err, "schema 1, which is too old")
}

// Attestations come along from another registry, and let the images through.
func TestMergeOfAttestedFromElsewhere(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	s, source := plugintest.OpenStore(t, fake), far.Host+"/team/other:1"
	plugintest.SavePassed(t, s, source, "app")
	_, err := fake.publish(t, source)
	assert.NilError(t, err)
	name := near.Host + "/team/app:1"
	_, err = fake.command(t, "merge", "-t", name, source)
	assert.NilError(t, err)
	assert.Equal(t, len(near.Index(t, "1").Manifests), 4)
	_, err = fake.command(t, "verify", "--require-tested", "--deep", name)
	assert.NilError(t, err)
}

// More entries than every registry and client takes are refused before anything is written.
func TestMergeRefusesTooMany(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	args := []string{"merge", "--allow-untested", "-t", name + ":1"}
	for _, release := range []string{"1", "2"} {
		var entries []ocispec.Descriptor
		for i := range 65 {
			platform := plugintest.Windows(fmt.Sprintf("10.0.%s.%d", release, i))
			entries = append(entries, entry(registry.Image(t, "team/app", "a", fmt.Sprint(i), platform), platform))
		}
		registry.indexWith(t, "many"+release, entries...)
		args = append(args, name+":many"+release)
	}
	log := registry.Count()
	_, err := fake.command(t, args...)
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
	assert.ErrorContains(t, err, "130 entries, more than 128")
	assert.Equal(t, len(log.Matching("PUT ")), 0)
	assert.Check(t, strings.Contains(explained(err), "tag "+name+":1 unchanged"))
}
