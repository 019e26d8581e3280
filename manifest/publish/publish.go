package publish

import (
	"context"
	"fmt"
	"io"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
)

// jobs is how many requests of one publish run at once.
const jobs = 4

// Repository is what publishing needs of a repository of a registry.
// *registry.Repository is one; its errors are meant by the words used here.
type Repository interface {
	// Name is the repository's name, without tag or digest.
	Name() reference.Named
	// Resolve reads the manifest at a tag or digest and checks its hash.
	Resolve(ctx context.Context, ref string) (ocispec.Descriptor, []byte, error)
	// Head asks for the manifest at a tag or digest.
	Head(ctx context.Context, ref string) (ocispec.Descriptor, error)
	// Fetch reads a config and checks its hash.
	Fetch(ctx context.Context, desc ocispec.Descriptor) ([]byte, error)
	// HasBlob asks for a blob.
	HasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error)
	// PushBlobFrom uploads a blob unless it is there, or can be mounted from another
	// repository, which may be nil; sent says whether it was uploaded.
	PushBlobFrom(
		ctx context.Context, desc ocispec.Descriptor, from reference.Named,
		open func() (io.ReadCloser, error), progress func(n int64),
	) (sent bool, err error)
	// Until calls done, and again after pauses, until it is true or fails; it is
	// false when the tries, or the time for them, are used up.
	Until(ctx context.Context, done func(context.Context) (bool, error)) (bool, error)
	// PutManifest writes body under a tag or under its digest.
	PutManifest(ctx context.Context, ref, mediaType string, body []byte) error
	// PutManifestMending is PutManifest that has parts sent again which the registry
	// does not know.
	PutManifestMending(
		ctx context.Context, ref, mediaType string, body []byte, mend func(context.Context, []digest.Digest) error,
	) error
}

// Request is one image and the names it gets in one repository.
type Request struct {
	// Index is the index (OCI, or a Docker list) to publish, or a plain image
	// manifest.
	Index ocispec.Descriptor
	// Nested allows indexes in the index, which are published as they are.
	Nested bool
	// Present are manifests, the index perhaps among them, that the repository is
	// known to hold with all they refer to: nothing of them is read or sent.
	Present []digest.Digest
	// Unseen are those manifests among Present, or below them, that nobody has read.
	// They are asked for before anything is sent: a cleaner may have removed them.
	Unseen []ocispec.Descriptor
	// MountFrom names another repository of the same registry that may have a layer;
	// nil for none. The function itself may be nil.
	MountFrom func(ctx context.Context, layer ocispec.Descriptor) reference.Named
	// Tags are the names written last; without any, all is pushed by digest.
	Tags []string
	// Based is what some of Tags held, empty for nothing, when they were read to make
	// Index of it. Where a tag holds something else by now, it moved.
	Based map[string]digest.Digest
	// Seen is what Tags were found to hold a moment ago, see [See]; those not among it are read.
	Seen map[string]Seen
	// AtOnce says that nothing else is done between the look at Tags and Publish. Where nothing is to be sent but the
	// index, under one tag, that is its only write, and what the tag holds is looked at once before it.
	AtOnce bool
	// Last is what was last published under Tags from here, empty when that is not
	// known. A tag that comes to hold it was not moved by someone else.
	Last digest.Digest
	// ArchTags are names of single image manifests, written before Tags.
	ArchTags []NamedManifest
	// Guards are what is in the way of writing the tags.
	Guards Guards
}

// NamedManifest is a name for one image manifest of the index.
type NamedManifest struct {
	Tag      string
	Manifest ocispec.Descriptor
}

// Result is what a publish did.
type Result struct {
	// Index is the digest all Tags hold.
	Index digest.Digest
	// Tags and ArchTags are in the order of the publication.
	Tags, ArchTags []TagChange
	// Blobs and Bytes count what was uploaded, not what was there.
	Blobs int
	Bytes int64
	// Confirmed is false when the index, though accepted, could not be read back under
	// each of the tags: the registry does not show it yet.
	Confirmed bool
}

// TagChange is what became of one tag.
type TagChange struct {
	Tag string
	// Old is what the tag held before, empty for nothing; New what it holds now.
	Old, New digest.Digest
	// Written is false for a tag that held New already.
	Written bool
	// Unshown is true for a tag whose write was accepted, and that shows something else after some looks: what it held
	// before, or nothing.
	Unshown bool
	// Extended is what somebody else has written over New by now, with all that New has in it; empty for nothing.
	Extended digest.Digest
	// Lost and Gained are the platforms the tag serves no longer, and newly. They
	// are known only of a tag that held something else before.
	Lost, Gained []string
	// Attested tells that all images the tag held before come with attestations, where a test record may stand.
	Attested bool
	// Dropped are the entries that are no images, or other compressions of one, which go away with what the tag held
	// before.
	Dropped []string
}

// checkNames refuses a tag that is asked for twice.
func (p Request) checkNames() error {
	names := slices.Clone(p.Tags)
	for _, arch := range p.ArchTags {
		names = append(names, arch.Tag)
	}
	for i, tag := range names {
		if slices.Contains(names[:i], tag) {
			return fmt.Errorf("publishing tag %q twice: %w", tag, cerrdefs.ErrInvalidArgument)
		}
	}
	return nil
}

// inParallel runs fn for 0..n-1, a few at a time, and returns the first error.
func inParallel(ctx context.Context, n int, fn func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for i := range n {
		group.Go(func() error { return fn(ctx, i) })
	}
	return group.Wait()
}
