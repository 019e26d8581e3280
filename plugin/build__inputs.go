package plugin

import (
	"context"
	"maps"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// inputsOf says what one platform was built from: the request, and what its provenance names.
func (b *buildRun) inputsOf(ctx context.Context, image manifest.Image) (map[string]string, error) {
	shared, err := b.inputs()
	if err != nil {
		return nil, fail(errBuild, err, "")
	}
	known := maps.Clone(shared)
	if stdin, ok := b.plan.request.Stdin.(*builder.Hashed); ok && stdin.Sum() != "" {
		known[builder.SourceFiles+" on standard input"] = stdin.Sum()
	}
	dependencies, err := resolvedDependencies(ctx, b.store, image)
	maps.Copy(known, dependencies)
	return known, err
}
