package build

import (
	"context"
	"maps"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// inputsOf says what one platform was built from: the request, and what its provenance names.
func (b *run) inputsOf(ctx context.Context, image manifest.Image) (request.Description, error) {
	known, err := b.described(nil)
	if err != nil {
		return known, failure.Wrap(failure.ErrBuild, err, "")
	}
	if stdin, ok := b.plan.Request.Stdin.(*request.Hashed); ok && stdin.Sum() != "" {
		known.Values[request.InputFiles+" on standard input"] = stdin.Sum()
	}
	dependencies, err := inputs.Resolved(ctx, b.store, image)
	maps.Copy(known.Values, dependencies)
	return known, err
}

// described is what is said of the request, and of the requests of the targets it takes, each under its name.
func (b *run) described(above []*run) (request.Description, error) {
	describe := b.inputs
	if b.onbuild.seen.Load() {
		describe = b.wholeInputs
	}
	shared, err := describe()
	if err != nil {
		return shared, err
	}
	known := request.Description{Values: maps.Clone(shared.Values), Files: maps.Clone(shared.Files)}
	for _, parent := range b.parents {
		if slices.Contains(above, parent) {
			continue
		}
		of, err := parent.described(append(above, b))
		if err != nil {
			return known, err
		}
		for key, value := range of.Values {
			if key == request.InputRevision { // it is that of the files
				continue
			}
			known.Values["target "+parent.plan.Target+" "+key] = value
		}
		for key, files := range of.Files {
			known.Files["target "+parent.plan.Target+" "+key] = files
		}
	}
	return known, nil
}
