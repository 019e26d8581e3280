package source

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// Unmask returns the entries of an index as engines see them: of what claims to be no image the manifest is read, once,
// and where it is that of an image the claim is taken away. What read returns nothing of stays as it is.
func Unmask(
	ctx context.Context, entries []ocispec.Descriptor,
	read func(context.Context, ocispec.Descriptor) ([]byte, error),
) ([]ocispec.Descriptor, error) {
	seen := make([]ocispec.Descriptor, len(entries))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readJobs)
	for i, entry := range entries {
		if seen[i] = entry; !manifest.Doubtful(entry) {
			continue
		}
		group.Go(func() error {
			body, err := read(ctx, entry)
			if err == nil && body != nil {
				seen[i] = manifest.Unmask(entry, body)
			}
			return err
		})
	}
	return seen, group.Wait()
}
