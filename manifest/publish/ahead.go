package publish

import (
	"context"
	"slices"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Ahead sends blobs to a repository before it is decided whether what they belong to is published. No manifest and no
// tag is written: nobody is served what was sent, and the registry removes it in time where nothing follows. It is safe
// for concurrent use.
type Ahead struct {
	repo Repository
	pw   progress.Writer

	mu    sync.Mutex
	begun map[digest.Digest]bool
}

// NewAhead returns what sends to a repository; pw may be nil.
func NewAhead(repo Repository, pw progress.Writer) *Ahead {
	return &Ahead{repo: repo, pw: pw, begun: map[digest.Digest]bool{}}
}

// Send sends the config and the layers of one image, but for layers that are being sent already. From names another
// repository of the registry that may have a layer, as in [Request.MountFrom].
func (a *Ahead) Send(
	ctx context.Context, blobs content.Provider, image ocispec.Descriptor,
	from func(ctx context.Context, layer ocispec.Descriptor) reference.Named,
) error {
	c := &contents{root: image, blobs: blobs}
	if err := c.load(ctx); err != nil {
		return err
	}
	for i := range c.children {
		c.children[i].manifest.Layers = slices.DeleteFunc(c.children[i].manifest.Layers, a.isBegun)
	}
	log := progress.Logger(func(*client.SolveStatus) {})
	if a.pw != nil {
		log = a.pw.Write
	}
	return (&upload{repo: a.repo, contents: c, log: log, from: from}).pushBlobs(ctx)
}

// isBegun tells that a layer is being sent already; if not, it is from now on.
func (a *Ahead) isBegun(layer ocispec.Descriptor) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.begun[layer.Digest]
	a.begun[layer.Digest] = true
	return before
}
