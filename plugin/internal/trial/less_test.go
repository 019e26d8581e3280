package trial

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// onBase stores an image of layers of a few bytes.
func onBase(t *testing.T, s *store.Store, layers ...string) store.PlatformImage {
	t.Helper()
	m := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest}
	m.SchemaVersion = 2
	for _, text := range layers {
		m.Layers = append(m.Layers, plugintest.WriteBlob(t, s, ocispec.MediaTypeImageLayer, []byte(text)))
	}
	p := plugintest.Linux("arm64", "")
	m.Config = plugintest.WriteJSON(t, s, ocispec.MediaTypeImageConfig, ocispec.Image{
		Platform: p, RootFS: ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString(layers[0])}},
	})
	image := manifest.Image{Platform: p, Manifest: plugintest.WriteJSON(t, s, ocispec.MediaTypeImageManifest, m)}
	return store.PlatformImage{Image: image, Manifest: m}
}

// blobsIn are the blobs of an archive that are layers of an image, in its order.
func blobsIn(t *testing.T, archive localtest.Archive, image store.PlatformImage) (there []bool) {
	t.Helper()
	var body bytes.Buffer
	assert.NilError(t, archive.Write(t.Context(), &body))
	found := map[string]bool{}
	for r := tar.NewReader(&body); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		assert.NilError(t, err)
		found[strings.TrimPrefix(header.Name, "blobs/sha256/")] = true
	}
	for _, layer := range image.Manifest.Layers {
		there = append(there, found[layer.Digest.Encoded()])
	}
	return there
}

// What an engine has of an earlier image is not sent again, from the lowest layer on; one that has nothing of it is
// given all.
func TestOnlyWhatIsLacking(t *testing.T) {
	cli := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, cli)
	earlier, now := onBase(t, s, "base", "middle", "old"), onBase(t, s, "base", "middle", "new")
	plugintest.SaveDraft(t, s, "app:1", "linux/arm64", earlier.Image)
	engine := &plugintest.EngineImages{IDs: map[string]string{}}
	b := testingBench(t)
	b.host = cli.WithEngine(t, engine.Answer).Host()
	subject := func() storedImage {
		image, ok := b.Shelf(s, []reference.NamedTagged{plugintest.Named(t, "app:1")}).Subject(now).(storedImage)
		assert.Assert(t, ok)
		return image
	}
	all := func() []bool {
		whole, err := subject().archive(t.Context())
		assert.NilError(t, err)
		less := subject().less(t.Context(), whole)
		assert.Equal(t, less.Partial, less.Size < whole.Size) // or it is not known what to do when the engine has lost some
		return blobsIn(t, less, now)
	}
	assert.DeepEqual(t, all(), []bool{true, true, true})
	id := earlier.Manifest.Config.Digest.String()
	engine.IDs[id] = id
	assert.DeepEqual(t, all(), []bool{false, false, true})
	b.Engine.ContainerdStore = true // of which it is not known whether it has all of the image
	engine.IDs[earlier.Image.Manifest.Digest.String()] = earlier.Image.Manifest.Digest.String()
	assert.DeepEqual(t, all(), []bool{true, true, true})
}
