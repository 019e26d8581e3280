package builder

import (
	"bytes"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	cerrdefs "github.com/containerd/errdefs"
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

// A node brings blobs, and does nothing else to the store: what others have built is not for it to list, read or remove.
func TestSinkIsOnlyWrittenTo(t *testing.T) {
	store, err := local.NewStore(t.TempDir())
	assert.NilError(t, err)
	body := "of another draft"
	desc := ocispec.Descriptor{Digest: digest.FromString(body), Size: int64(len(body))}
	assert.NilError(t, content.WriteBlob(t.Context(), store, "ref", bytes.NewReader([]byte(body)), desc))
	s := &sink{Store: store}
	begun, err := store.Writer(t.Context(), content.WithRef("begun"))
	assert.NilError(t, err)
	defer begun.Close()
	_, err = s.ReaderAt(t.Context(), desc)
	assert.Check(t, cerrdefs.IsPermissionDenied(err), err)
	_, err = s.Update(t.Context(), content.Info{Digest: desc.Digest, Labels: map[string]string{"a": "b"}})
	assert.Check(t, cerrdefs.IsPermissionDenied(err), err)
	_, err = s.ListStatuses(t.Context())
	assert.Check(t, cerrdefs.IsPermissionDenied(err), err)
	for _, err := range []error{
		s.Delete(t.Context(), desc.Digest), s.Abort(t.Context(), "begun"),
		s.Walk(t.Context(), func(content.Info) error { return nil }),
	} {
		assert.Check(t, cerrdefs.IsPermissionDenied(err), err)
	}
	_, err = store.Info(t.Context(), desc.Digest)
	assert.NilError(t, err)

	own, err := s.Writer(t.Context(), content.WithRef("own"))
	assert.NilError(t, err)
	assert.NilError(t, own.Close())
	assert.NilError(t, s.Abort(t.Context(), "own"))
}
