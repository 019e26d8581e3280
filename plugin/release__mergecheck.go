package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// checkCopied refuses parts that an index says to be of another platform than their configs do. It looks at those that
// are to be copied, whose manifests and configs have to be read anyway; verify looks at all.
func checkCopied(ctx context.Context, targets []releaseTarget, parts []manifest.Part, origins *manifest.Origins) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for _, part := range parts {
		if !isCopied(targets, part) {
			continue
		}
		group.Go(func() error {
			err := manifest.CheckPlatform(ctx, part, origins)
			if errors.Is(err, manifest.ErrPlatform) {
				err = fmt.Errorf("%w; leave it out, or correct it with --set-platform", err)
			}
			return err
		})
	}
	return group.Wait()
}

// isCopied tells that a part stands elsewhere than in one of the targets.
func isCopied(targets []releaseTarget, part manifest.Part) bool {
	at, ok := part.Place.(*registry.Repository)
	return !ok || slices.ContainsFunc(targets, func(t releaseTarget) bool { return t.name.Name() != at.Name().Name() })
}
