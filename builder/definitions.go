package builder

import (
	"context"
	"fmt"
	"slices"

	"github.com/docker/buildx/bake"
	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Definitions reads bake files at a Git or HTTP URL, which the builder fetches; no names: those of their default
// names. Input is what else is there.
func (b *Builder) Definitions(
	ctx context.Context, url string, names []string, pw progress.Writer,
) ([]bake.File, *bake.Input, error) {
	at := slices.IndexFunc(b.nodes, runs)
	if at < 0 {
		return nil, nil, errdefs.Classify(fmt.Errorf("no node of builder %q runs", b.Name), errdefs.ErrNotReady)
	}
	defer b.watchNodes(ctx, at)()
	files, input, err := bake.ReadRemoteFiles(ctx, b.nodes[at:at+1], url, names, pw)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the definition: %w", err)
	}
	return files, input, nil
}
