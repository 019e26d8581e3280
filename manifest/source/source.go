package source

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// Entry is one platform of an image that stands somewhere.
type Entry struct {
	manifest.Image
	// Place is where it stands, Source the image there as the user wrote it.
	Place  Place
	Source string
	// Root is the digest of the whole image there.
	Root digest.Digest
	// Set is true for a platform that was set by hand.
	Set bool
	// Carried is true for a platform that is taken over from what a tag held.
	Carried bool
}

// Image is an image that was read where it stands.
type Image struct {
	// Root is the index or the plain manifest itself, Body its bytes.
	Root ocispec.Descriptor
	Body []byte
	// Annotations are the index's own.
	Annotations map[string]string
	// Entries are its platforms, flattened, in their order.
	Entries []Entry
	// Others are its entries that are no images, see [manifest.IsOther].
	Others []ocispec.Descriptor
	// Within are the indexes within it, whose images are among the entries.
	Within []digest.Digest
}

// Read reads the image that ref, a tag or a digest, names at a place. Of an
// index each image comes with its attestation manifest, and indexes in it are
// flattened; of a plain manifest the platform is read from its config. What was
// read is learned by blobs. Platforms that the index does not say, and the
// os.version of Windows that some tools drop, come from the config. Errors wrap
// [manifest.ErrIndex] and [platform.ErrInvalid] where those apply.
func Read(ctx context.Context, place Place, name, ref string, blobs *Blobs) (Image, error) {
	found, err := Find(ctx, place, name, ref, blobs)
	if err != nil {
		return Image{}, err
	}
	return found.Read(ctx)
}

// Found is an image of which the index, or the plain manifest, was read where it stands, and nothing below it.
type Found struct {
	reader imageReader
	root   ocispec.Descriptor
	body   []byte
}

// Find is the first request of [Read].
func Find(ctx context.Context, place Place, name, ref string, blobs *Blobs) (Found, error) {
	desc, body, err := place.Resolve(ctx, ref)
	if err != nil {
		return Found{}, fmt.Errorf("reading %q: %w", name, err)
	}
	blobs.Learn(place, desc, body)
	return Found{
		imageReader{place: place, name: name, blobs: blobs, listed: new(int), within: new([]digest.Digest)}, desc, body,
	}, nil
}

// IsPlain tells that it is a plain manifest, of which only the config is left to be read.
func (f Found) IsPlain() bool { return images.IsManifestType(f.root.MediaType) }

// Read is the rest of [Read].
func (f Found) Read(ctx context.Context) (Image, error) {
	r, name, desc, body := f.reader, f.reader.name, f.root, f.body
	s := Image{Root: desc, Body: body}
	var err error
	if images.IsIndexType(desc.MediaType) {
		var index ocispec.Index
		if err := json.Unmarshal(body, &index); err != nil {
			return Image{}, fmt.Errorf("reading %q: %w: %w", name, manifest.ErrIndex, err)
		}
		s.Annotations = index.Annotations
		s.Entries, s.Others, err = r.index(ctx, body, manifest.MaxNesting)
	} else {
		s.Entries, err = r.plain(ctx, desc, body)
	}
	if err != nil {
		return Image{}, fmt.Errorf("reading %q: %w", name, err)
	}
	s.Within = *r.within
	for i := range s.Entries {
		s.Entries[i].Root = desc.Digest
	}
	return s, nil
}
