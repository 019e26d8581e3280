package publish

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

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// load reads the index and its manifests from where they are. What is missing or
// has another hash is refused before the registry hears of it.
func (c *contents) load(ctx context.Context) error {
	var err error
	if c.body, err = c.readLocal(ctx, c.root); err != nil {
		return err
	}
	switch {
	case images.IsManifestType(c.root.MediaType):
		return c.loadPlain()
	case images.IsIndexType(c.root.MediaType):
		return c.loadEntries(ctx, c.root, c.body, manifest.MaxNesting)
	default:
		return fmt.Errorf("publishing %q: %w: neither an index nor a manifest", c.root.MediaType,
			cerrdefs.ErrInvalidArgument)
	}
}

// loadPlain takes a manifest for its own only child.
func (c *contents) loadPlain() error {
	only := child{desc: c.root, body: c.body, present: c.isPresent(c.root)}
	if err := json.Unmarshal(only.body, &only.manifest); err != nil {
		return fmt.Errorf("reading manifest %s: %w: %w", only.desc.Digest, registry.ErrIntegrity, err)
	}
	c.children = append(c.children, only)
	return nil
}

// loadEntries reads what an index refers to. Indexes in it, which only an image
// that is copied as it is can have, are followed.
func (c *contents) loadEntries(ctx context.Context, desc ocispec.Descriptor, body []byte, depth int) error {
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return fmt.Errorf("reading index %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	if len(index.Manifests)+len(c.children)+len(c.nested) > manifest.MaxEntries {
		return fmt.Errorf("reading index %s: %w: it lists more than %d entries",
			desc.Digest, registry.ErrIntegrity, manifest.MaxEntries)
	}
	whole := c.isPresent(desc)
	for _, entry := range index.Manifests {
		same := func(known child) bool { return known.desc.Digest == entry.Digest }
		if slices.ContainsFunc(c.children, same) || slices.ContainsFunc(c.nested, same) {
			continue
		}
		found := child{desc: entry, present: whole || c.isPresent(entry)}
		if err := c.loadEntry(ctx, found, depth); err != nil {
			return err
		}
	}
	return nil
}

// loadEntry reads one entry of an index. Of what is present only platforms that its entry does not say are read.
func (c *contents) loadEntry(ctx context.Context, found child, depth int) error {
	var err error
	followed := images.IsIndexType(found.desc.MediaType) && c.follow && depth > 0
	switch {
	case found.present && !followed && (found.desc.Platform != nil || !images.IsManifestType(found.desc.MediaType)):
	case followed:
		if found.body, err = c.readLocal(ctx, found.desc); err != nil {
			return err
		}
		if err := c.loadEntries(ctx, found.desc, found.body, depth-1); err != nil {
			return err
		}
		c.nested = append(c.nested, found)
		return nil
	default:
		if err := c.loadChild(ctx, &found); err != nil {
			return err
		}
	}
	c.children = append(c.children, found)
	return nil
}

// loadChild reads a manifest of the index.
func (c *contents) loadChild(ctx context.Context, found *child) error {
	if !images.IsManifestType(found.desc.MediaType) {
		const format = "publishing index %s: %w: its entry %s is %q, not a manifest"
		return fmt.Errorf(format, c.root.Digest, cerrdefs.ErrInvalidArgument, found.desc.Digest, found.desc.MediaType)
	}
	var err error
	if found.body, err = c.readLocal(ctx, found.desc); err != nil {
		return err
	}
	if err := json.Unmarshal(found.body, &found.manifest); err != nil {
		return fmt.Errorf("reading manifest %s: %w: %w", found.desc.Digest, registry.ErrIntegrity, err)
	}
	return nil
}

// checkArchTags refuses arch tags of manifests the index does not have. Of an index that is there already those in it
// are not read.
func (c *contents) checkArchTags(tags []NamedManifest) error {
	for _, arch := range tags {
		if c.childOf(arch) == nil && !c.isPresent(c.root) {
			const format = "publishing arch tag %q: %w: the index has no manifest %s"
			return fmt.Errorf(format, arch.Tag, cerrdefs.ErrInvalidArgument, arch.Manifest.Digest)
		}
	}
	return nil
}

// readLocal reads a manifest from the local store, or where a source stands, and
// checks its hash.
func (c *contents) readLocal(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	if desc.Size > manifest.MaxDocument {
		return nil, fmt.Errorf("reading %s: %w: it has %d bytes", desc.Digest, registry.ErrIntegrity, desc.Size)
	}
	if err := desc.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("reading %q: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	body, err := content.ReadBlob(ctx, c.blobs, desc)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("reading %s: %w", desc.Digest, ctx.Err())
	}
	if err != nil {
		return nil, source.Unreadable(desc, err)
	}
	if got := desc.Digest.Algorithm().FromBytes(body); got != desc.Digest {
		return nil, fmt.Errorf("reading %s: %w: its content has digest %s", desc.Digest, registry.ErrIntegrity, got)
	}
	return body, nil
}

// opener opens a blob of the local store for PushBlob.
func (c *contents) opener(ctx context.Context, desc ocispec.Descriptor) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		ra, err := c.blobs.ReaderAt(ctx, desc)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{content.NewReader(ra), ra}, nil
	}
}
