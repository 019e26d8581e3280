package manifest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// maxPublished is the largest manifest or index that is published, in bytes: the
// least registries must take (distribution spec, "Pushing Manifests").
const maxPublished = 4 << 20

// publishChild is one manifest of the index.
type publishChild struct {
	desc     ocispec.Descriptor
	body     []byte
	manifest ocispec.Manifest
}

// load reads the index and its manifests from the local store. What is not flat,
// is missing or has another hash is refused before the registry hears of it.
func (p *publishing) load(ctx context.Context) error {
	if err := p.checkNames(); err != nil {
		return err
	}
	if !images.IsIndexType(p.Index.MediaType) {
		return fmt.Errorf("publishing %q: %w: not an index", p.Index.MediaType, cerrdefs.ErrInvalidArgument)
	}
	var err error
	if p.index, err = p.readLocal(ctx, p.Index); err != nil {
		return err
	}
	var index ocispec.Index
	if err := json.Unmarshal(p.index, &index); err != nil {
		return fmt.Errorf("reading index %s: %w: %w", p.Index.Digest, registry.ErrIntegrity, err)
	}
	for _, desc := range index.Manifests {
		if slices.ContainsFunc(p.children, func(c publishChild) bool { return c.desc.Digest == desc.Digest }) {
			continue
		}
		c, err := p.loadChild(ctx, desc)
		if err != nil {
			return err
		}
		p.children = append(p.children, c)
	}
	return p.checkArchTags()
}

func (p *publishing) loadChild(ctx context.Context, desc ocispec.Descriptor) (publishChild, error) {
	c := publishChild{desc: desc}
	if !images.IsManifestType(desc.MediaType) {
		const format = "publishing index %s: %w: its entry %s is %q, not a manifest"
		return c, fmt.Errorf(format, p.Index.Digest, cerrdefs.ErrInvalidArgument, desc.Digest, desc.MediaType)
	}
	var err error
	if c.body, err = p.readLocal(ctx, desc); err != nil {
		return c, err
	}
	if err := json.Unmarshal(c.body, &c.manifest); err != nil {
		return c, fmt.Errorf("reading manifest %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	return c, nil
}

// checkArchTags refuses arch tags of manifests the index does not have.
func (p *publishing) checkArchTags() error {
	for _, arch := range p.ArchTags {
		if p.childOf(arch) == nil {
			const format = "publishing arch tag %q: %w: the index has no manifest %s"
			return fmt.Errorf(format, arch.Tag, cerrdefs.ErrInvalidArgument, arch.Manifest.Digest)
		}
	}
	return nil
}

// childOf is the child an arch tag names, nil for none.
func (p *publishing) childOf(arch NamedManifest) *publishChild {
	for i := range p.children {
		if p.children[i].desc.Digest == arch.Manifest.Digest {
			return &p.children[i]
		}
	}
	return nil
}

// readLocal reads a manifest from the local store and checks its hash.
func (p *publishing) readLocal(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	if desc.Size > maxPublished {
		return nil, fmt.Errorf("reading local %s: %w: it has %d bytes", desc.Digest, registry.ErrIntegrity, desc.Size)
	}
	if err := desc.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("reading local %q: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	body, err := content.ReadBlob(ctx, p.blobs, desc)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("reading local %s: %w", desc.Digest, ctx.Err())
	}
	if err != nil {
		return nil, fmt.Errorf("reading local %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	if got := desc.Digest.Algorithm().FromBytes(body); got != desc.Digest {
		return nil, fmt.Errorf("reading local %s: %w: its content has digest %s", desc.Digest, registry.ErrIntegrity, got)
	}
	return body, nil
}

// opener opens a blob of the local store for PushBlob.
func (p *publishing) opener(ctx context.Context, desc ocispec.Descriptor) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		ra, err := p.blobs.ReaderAt(ctx, desc)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{content.NewReader(ra), ra}, nil
	}
}
