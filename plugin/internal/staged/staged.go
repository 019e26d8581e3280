package staged

import (
	"context"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Name is an image by its digest in a repository where it is staged.
func Name(repository string, image digest.Digest) (reference.Canonical, error) {
	name, err := reference.ParseNormalizedNamed(repository)
	if err != nil {
		return nil, fmt.Errorf("reading where it is staged: %q: %w", repository, err)
	}
	return reference.WithDigest(reference.TrimNamed(name), image)
}

// lanes is how many questions are asked at once.
const lanes = 4

// Stage is where the layers of images of a store stand.
type Stage struct {
	Store  *store.Store
	Client *registry.Client
	// At are the repositories of an image; none: its layers are in the store.
	At func(manifest.Image) []string
	// Draft is what the images are of; none, where nobody wants to know.
	Draft draft.Draft
}

// Blobs are those of below, and the layers of the images where they stand.
func (s Stage) Blobs(ctx context.Context, below content.Provider, images []manifest.Image) (*source.Blobs, error) {
	blobs := source.NewBlobs(below)
	for _, image := range images {
		repositories := s.At(image)
		if len(repositories) == 0 {
			continue
		}
		at, err := open(ctx, s.Client, repositories[0], image)
		at.draft = s.Draft
		if err == nil {
			err = learn(ctx, s.Store, blobs, at, image)
		}
		if err != nil {
			return nil, err
		}
	}
	return blobs, nil
}

// learn says where the layers of an image stand. The documents are here.
func learn(
	ctx context.Context, s *store.Store, blobs *source.Blobs, at source.Place, image manifest.Image,
) error {
	body, err := s.ReadBlob(ctx, image.Manifest)
	if err != nil {
		return err
	}
	read, err := s.PlatformImage(ctx, image)
	if err != nil {
		return err
	}
	config, err := s.ReadBlob(ctx, read.Manifest.Config)
	if err != nil {
		return err
	}
	blobs.Learn(at, image.Manifest, body)
	blobs.Keep(read.Manifest.Config, config)
	return nil
}

// GoneError says that something of a staged image stands no longer where it was pushed to.
type GoneError struct {
	Platform, Repository string
	What                 digest.Digest
	// Draft is the draft of it, where one is spoken of.
	Draft draft.Draft
	Err   error
}

// Error implements error.
func (e *GoneError) Error() string {
	return fmt.Sprintf(
		"%s of %s was staged at %s and is gone from there, where cleaners remove what has no tag: build it "+
			"again",
		e.What,
		e.Platform,
		e.Repository,
	)
}

// Unwrap gives the answer of the registry, and makes it one of its refusals, also where the blob was to be sent on to
// another.
func (e *GoneError) Unwrap() []error { return []error{e.Err, registry.ErrRefused} }

// PlaceError says that where an image is staged does not answer, or says no.
type PlaceError struct {
	Platform, Repository string
	Err                  error
}

// Error implements error.
func (e *PlaceError) Error() string {
	return fmt.Sprintf("reading what of %s is staged at %s: %v", e.Platform, e.Repository, e.Err)
}

// Unwrap gives the answer of the registry.
func (e *PlaceError) Unwrap() error { return e.Err }

// place is the repository of one staged image.
type place struct {
	*registry.Repository
	image manifest.Image
	draft draft.Draft
}

func open(ctx context.Context, client *registry.Client, repository string, image manifest.Image) (place, error) {
	name, err := reference.ParseNormalizedNamed(repository)
	if err != nil {
		return place{}, fmt.Errorf("reading where it is staged: %q: %w", repository, err)
	}
	opened, err := client.Repository(ctx, name, registry.Pull)
	if err != nil {
		return place{}, fmt.Errorf("opening %q, where %s is staged: %w", repository, platform.Format(image.Platform), err)
	}
	return place{Repository: opened, image: image}, nil
}

// Open implements [source.Place].
func (p place) Open(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	found, err := p.Repository.Open(ctx, desc)
	if cerrdefs.IsNotFound(err) {
		return nil, p.gone(desc.Digest, err)
	}
	return found, p.failed(err)
}

// failed says where it was that a registry did not answer as it should; nil: it did.
func (p place) failed(err error) error {
	if err == nil {
		return nil
	}
	return &PlaceError{platform.Format(p.image.Platform), reference.FamiliarName(p.Name()), err}
}

func (p place) gone(what digest.Digest, err error) error {
	return &GoneError{
		Platform: platform.Format(p.image.Platform), Repository: reference.FamiliarName(p.Name()), What: what, Draft: p.draft,
		Err: err,
	}
}

// Check sees that what is staged stands in the first of its repositories: each layer, and the manifest, where pushed
// asks for that as well. Errors are [GoneError] where something does not.
func (s Stage) Check(ctx context.Context, image manifest.Image, pushed bool) error {
	repositories := s.At(image)
	if len(repositories) == 0 {
		return nil
	}
	at, err := open(ctx, s.Client, repositories[0], image)
	if err != nil {
		return err
	}
	at.draft = s.Draft
	read, err := s.Store.PlatformImage(ctx, image)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(lanes)
	if pushed {
		group.Go(func() error {
			_, err := at.Head(ctx, image.Manifest.Digest.String())
			if cerrdefs.IsNotFound(err) {
				return at.gone(image.Manifest.Digest, err)
			}
			return at.failed(err)
		})
	}
	for _, layer := range read.Manifest.Layers {
		group.Go(func() error {
			there, err := at.HasBlob(ctx, layer)
			if err == nil && !there {
				return at.gone(layer.Digest, cerrdefs.ErrNotFound)
			}
			return at.failed(err)
		})
	}
	return group.Wait()
}
