package build

import (
	"context"
	"maps"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// inputsOf says what one platform was built from: the request, and what its provenance names.
func (b *run) inputsOf(ctx context.Context, image manifest.Image) (request.Description, error) {
	describe := b.inputs
	if b.onbuild.seen.Load() {
		describe = b.wholeInputs
	}
	shared, err := describe()
	if err != nil {
		return shared, failure.Wrap(failure.ErrBuild, err, "")
	}
	known := request.Description{Values: maps.Clone(shared.Values), Files: shared.Files}
	if stdin, ok := b.plan.Request.Stdin.(*request.Hashed); ok && stdin.Sum() != "" {
		known.Values[request.InputFiles+" on standard input"] = stdin.Sum()
	}
	dependencies, err := inputs.Resolved(ctx, b.store, image)
	maps.Copy(known.Values, dependencies)
	return known, err
}
