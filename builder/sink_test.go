package builder

import (
	"bytes"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// What is staged brings its documents, and no layer.
func TestSinkTakesNoStagedLayer(t *testing.T) {
	store, err := local.NewStore(t.TempDir())
	assert.NilError(t, err)
	s := &sink{Store: store, staged: true}
	for _, name := range []string{"layer-", "attestation-", "config-", "manifest-"} {
		body := "the " + name
		desc := ocispec.Descriptor{Digest: digest.FromString(body), Size: int64(len(body))}
		err := content.WriteBlob(t.Context(), s, name+desc.Digest.String(), bytes.NewReader([]byte(body)), desc)
		assert.NilError(t, err)
		_, err = store.Info(t.Context(), desc.Digest)
		assert.Equal(t, err != nil, name == "layer-", name)
		assert.Equal(t, s.root() == desc.Digest, name != "layer-", name)
	}
}

func TestSinkRemembersTheRoot(t *testing.T) {
	store, err := local.NewStore(t.TempDir())
	assert.NilError(t, err)
	write := func(s *sink, text string) digest.Digest {
		desc := ocispec.Descriptor{Digest: digest.FromString(text), Size: int64(len(text))}
		err := content.WriteBlob(t.Context(), s, "ref-"+text, bytes.NewReader([]byte(text)), desc)
		assert.NilError(t, err)
		return desc.Digest
	}
	first := &sink{Store: store}
	assert.Equal(t, first.root(), digest.Digest(""))
	write(first, "layer")
	root := write(first, "manifest")
	assert.Equal(t, first.root(), root)

	// a second solve with the same result finds every blob there already
	second := &sink{Store: store}
	write(second, "layer")
	write(second, "manifest")
	assert.Equal(t, second.root(), root)
}
