package publish

import (
	"context"
	"sync"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// upload brings the contents to a repository.
type upload struct {
	repo     Repository
	contents *contents
	log      progress.Logger
	// from names another repository that may have a layer; nil for none.
	from func(ctx context.Context, layer ocispec.Descriptor) reference.Named
	// unseen are manifests taken to be in the repository that nobody has read.
	unseen []ocispec.Descriptor
	// broken is true for tags that hold the index while something below it is gone.
	broken bool

	mu    sync.Mutex // guards what follows
	blobs int
	bytes int64
}

// pushBlobs sends what the repository lacks, of all platforms at once.
func (u *upload) pushBlobs(ctx context.Context) error {
	slots := semaphore.NewWeighted(jobs)
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range u.contents.parts() {
		group.Go(func() error {
			return progress.Wrap(part.what+" to "+u.repo.Name().Name(), u.log, func(sub progress.SubLogger) error {
				return inParallel(ctx, len(part.blobs), func(ctx context.Context, i int) error {
					if err := slots.Acquire(ctx, 1); err != nil {
						return err
					}
					defer slots.Release(1)
					return u.pushBlob(ctx, part.blobs[i], sub)
				})
			})
		})
	}
	return group.Wait()
}

// pushBlob sends one, unless it is there.
func (u *upload) pushBlob(ctx context.Context, desc ocispec.Descriptor, sub progress.SubLogger) error {
	meter := newMeter(sub, desc)
	sent, err := u.repo.PushBlobFrom(ctx, desc, u.mountFrom(ctx, desc), u.contents.opener(ctx, desc), meter.at)
	if err != nil {
		return err
	}
	meter.done()
	if sent {
		u.count(desc.Size)
	}
	return nil
}

// count notes a blob that was sent.
func (u *upload) count(size int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.blobs++
	u.bytes += size
}

// sent is how many blobs were uploaded, and of how many bytes.
func (u *upload) sent() (blobs int, bytes int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.blobs, u.bytes
}

// missing are the blobs the repository lacks. It asks for each.
func (u *upload) missing(ctx context.Context) ([]ocispec.Descriptor, error) {
	all := u.contents.allBlobs()
	there := make([]bool, len(all))
	err := inParallel(ctx, len(all), func(ctx context.Context, i int) error {
		var err error
		there[i], err = u.repo.HasBlob(ctx, all[i])
		return err
	})
	var missing []ocispec.Descriptor
	for i := range all {
		if !there[i] {
			missing = append(missing, all[i])
		}
	}
	return missing, err
}

// mountFrom is another repository that may have a layer, nil for none.
func (u *upload) mountFrom(ctx context.Context, desc ocispec.Descriptor) reference.Named {
	if u.from == nil || !images.IsLayerType(desc.MediaType) {
		return nil
	}
	return u.from(ctx, desc)
}

// pushManifests writes the manifests by digest, sees that all are there, and
// writes the index by digest.
func (u *upload) pushManifests(ctx context.Context) error {
	if u.contents.isPresent(u.contents.root) {
		return nil
	}
	absent := u.contents.absent()
	return progress.Wrap("pushing manifests to "+u.repo.Name().Name(), u.log, func(progress.SubLogger) error {
		err := inParallel(ctx, len(absent), func(ctx context.Context, i int) error {
			return u.putChild(ctx, absent[i])
		})
		if err != nil {
			return err
		}
		for _, c := range u.contents.nested {
			if err := u.repo.PutManifest(ctx, c.desc.Digest.String(), c.desc.MediaType, c.body); err != nil {
				return err
			}
		}
		absent = append(absent, u.contents.nested...)
		err = inParallel(ctx, len(absent), func(ctx context.Context, i int) error {
			return u.seeChild(ctx, absent[i].desc)
		})
		if err != nil {
			return err
		}
		return u.putIndex(ctx)
	})
}
