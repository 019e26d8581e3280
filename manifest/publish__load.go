package manifest

import (
	"context"
	"encoding/json"
	"errors"
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
	// present is true for what the repository holds, whose bytes were not read.
	present bool
}

// blobs are the config and the layers to be sent: not those that may not be
// distributed and say where else they are, such as base layers of Windows.
func (c publishChild) blobs() []ocispec.Descriptor {
	all := []ocispec.Descriptor{c.manifest.Config}
	for _, layer := range c.manifest.Layers {
		if !images.IsNonDistributable(layer.MediaType) || len(layer.URLs) == 0 {
			all = append(all, layer)
		}
	}
	return all
}

// load reads the index and its manifests from where they are. What is missing or
// has another hash is refused before the registry hears of it.
func (p *publishing) load(ctx context.Context) error {
	if err := p.checkNames(); err != nil {
		return err
	}
	var err error
	if p.index, err = p.readLocal(ctx, p.Index); err != nil {
		return err
	}
	switch {
	case images.IsManifestType(p.Index.MediaType):
		err = p.loadPlain()
	case images.IsIndexType(p.Index.MediaType):
		err = p.loadEntries(ctx, p.Index, p.index, maxNesting)
	default:
		err = fmt.Errorf("publishing %q: %w: neither an index nor a manifest", p.Index.MediaType,
			cerrdefs.ErrInvalidArgument)
	}
	if err != nil {
		return err
	}
	return p.checkArchTags()
}

// loadPlain takes a manifest for its own only child.
func (p *publishing) loadPlain() error {
	c := publishChild{desc: p.Index, body: p.index, present: p.isPresent(p.Index)}
	if err := json.Unmarshal(c.body, &c.manifest); err != nil {
		return fmt.Errorf("reading manifest %s: %w: %w", c.desc.Digest, registry.ErrIntegrity, err)
	}
	p.children = append(p.children, c)
	return nil
}

// loadEntries reads what an index refers to. Indexes in it, which only an image
// that is copied as it is can have, are followed.
func (p *publishing) loadEntries(ctx context.Context, desc ocispec.Descriptor, body []byte, depth int) error {
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return fmt.Errorf("reading index %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	whole := p.isPresent(desc)
	for _, entry := range index.Manifests {
		same := func(c publishChild) bool { return c.desc.Digest == entry.Digest }
		if slices.ContainsFunc(p.children, same) || slices.ContainsFunc(p.nested, same) {
			continue
		}
		c := publishChild{desc: entry, present: whole || p.isPresent(entry)}
		if err := p.loadEntry(ctx, c, depth); err != nil {
			return err
		}
	}
	return nil
}

// loadEntry reads one entry of an index. Of what is present only a platform that its entry does not say is read.
func (p *publishing) loadEntry(ctx context.Context, c publishChild, depth int) error {
	var err error
	switch {
	case c.present && (c.desc.Platform != nil || !images.IsManifestType(c.desc.MediaType)):
	case images.IsIndexType(c.desc.MediaType) && p.Nested && depth > 0:
		if c.body, err = p.readLocal(ctx, c.desc); err != nil {
			return err
		}
		if err := p.loadEntries(ctx, c.desc, c.body, depth-1); err != nil {
			return err
		}
		p.nested = append(p.nested, c)
		return nil
	default:
		if err := p.loadChild(ctx, &c); err != nil {
			return err
		}
	}
	p.children = append(p.children, c)
	return nil
}

func (p *publishing) isPresent(desc ocispec.Descriptor) bool {
	return slices.Contains(p.Present, desc.Digest)
}

func (p *publishing) loadChild(ctx context.Context, c *publishChild) error {
	if !images.IsManifestType(c.desc.MediaType) {
		const format = "publishing index %s: %w: its entry %s is %q, not a manifest"
		return fmt.Errorf(format, p.Index.Digest, cerrdefs.ErrInvalidArgument, c.desc.Digest, c.desc.MediaType)
	}
	var err error
	if c.body, err = p.readLocal(ctx, c.desc); err != nil {
		return err
	}
	if err := json.Unmarshal(c.body, &c.manifest); err != nil {
		return fmt.Errorf("reading manifest %s: %w: %w", c.desc.Digest, registry.ErrIntegrity, err)
	}
	return nil
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

// readLocal reads a manifest from the local store, or where a source stands, and
// checks its hash.
func (p *publishing) readLocal(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	if desc.Size > maxPublished {
		return nil, fmt.Errorf("reading %s: %w: it has %d bytes", desc.Digest, registry.ErrIntegrity, desc.Size)
	}
	if err := desc.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("reading %q: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	body, err := content.ReadBlob(ctx, p.blobs, desc)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("reading %s: %w", desc.Digest, ctx.Err())
	}
	if err != nil {
		return nil, unreadable(desc, err)
	}
	if got := desc.Digest.Algorithm().FromBytes(body); got != desc.Digest {
		return nil, fmt.Errorf("reading %s: %w: its content has digest %s", desc.Digest, registry.ErrIntegrity, got)
	}
	return body, nil
}

// unreadable says what it means that a part cannot be read: the image is broken,
// unless the registry of a source does not answer now, or says no.
func unreadable(desc ocispec.Descriptor, err error) error {
	if errors.Is(err, registry.ErrUnavailable) || errors.Is(err, registry.ErrRefused) {
		return err
	}
	return fmt.Errorf("reading %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
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
