package builder

import (
	"context"
	"fmt"

	"github.com/docker/buildx/bake"
	"github.com/docker/buildx/util/progress"
)

// Definitions reads bake files at a Git or HTTP URL, which the builder fetches; no names: those of their default
// names. Input is what else is there.
func (b *Builder) Definitions(
	ctx context.Context, url string, names []string, pw progress.Writer,
) ([]bake.File, *bake.Input, error) {
	files, input, err := bake.ReadRemoteFiles(ctx, b.nodes, url, names, pw)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the definition: %w", err)
	}
	return files, input, nil
}
