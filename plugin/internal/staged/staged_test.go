package staged

import (
	"errors"
	"io"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// What is lost between the look at it and the copy of it is told as what it is, through the upload that wanted it.
func TestGoneWhileCopied(t *testing.T) {
	from, to := registrytest.New(t), registrytest.New(t)
	client := registry.New()
	at, err := open(t.Context(), client, from.Host()+"/team/app", manifest.Image{})
	assert.NilError(t, err)
	name, err := reference.ParseNormalizedNamed(to.Host() + "/team/app")
	assert.NilError(t, err)
	target, err := client.Repository(t.Context(), name, registry.Push)
	assert.NilError(t, err)
	layer := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageLayerGzip, Digest: digest.FromString("layer"), Size: int64(len("layer")),
	}
	_, err = target.PushBlob(t.Context(), layer, func() (io.ReadCloser, error) { return at.Open(t.Context(), layer) }, nil)
	gone, ok := errors.AsType[*GoneError](err)
	assert.Assert(t, ok, "%v", err)
	assert.Equal(t, gone.What, layer.Digest)
	assert.ErrorContains(t, err, "is gone from there")
}

// What is gone while it is sent on to another registry is no damage of this machine: the registry that lost it says so,
// and what was to be done about it is told.
func TestGoneIsRefused(t *testing.T) {
	var err error = &GoneError{Platform: "linux/amd64", Repository: "reg.example/app", Err: cerrdefs.ErrNotFound}
	assert.ErrorIs(t, err, registry.ErrRefused)
	assert.ErrorIs(t, err, cerrdefs.ErrNotFound)
}
