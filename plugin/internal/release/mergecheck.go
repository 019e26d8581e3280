package release

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// checkCopied refuses parts that an index says to be of another platform than their configs do. It looks at those that
// are to be copied, whose manifests and configs have to be read anyway; verify looks at all.
func checkCopied(ctx context.Context, targets []Target, parts []source.Entry, origins *source.Blobs) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for _, part := range parts {
		if !isCopied(targets, part) {
			continue
		}
		group.Go(func() error {
			err := source.CheckPlatform(ctx, part, origins)
			if errors.Is(err, platform.ErrInvalid) {
				err = fmt.Errorf("%w; leave it out, or correct it with --set-platform", err)
			}
			return err
		})
	}
	return group.Wait()
}

// isCopied tells that a part stands elsewhere than in one of the targets.
func isCopied(targets []Target, part source.Entry) bool {
	at, ok := part.Place.(*registry.Repository)
	return !ok || slices.ContainsFunc(targets, func(t Target) bool { return t.Name.Name() != at.Name().Name() })
}
