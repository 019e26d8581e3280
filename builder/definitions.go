package builder

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/docker/buildx/bake"
	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// Definitions reads bake files at a Git or HTTP URL, which the builder fetches; no names: those of their default
// names. Input is what else is there: its state has no password of the URL.
func (b *Builder) Definitions(
	ctx context.Context, url string, names []string, pw progress.Writer,
) ([]bake.File, *bake.Input, error) {
	at := slices.IndexFunc(b.nodes, runs)
	if at < 0 {
		return nil, nil, errdefs.Classify(fmt.Errorf("no node of builder %q runs", b.Name), errdefs.ErrNotReady)
	}
	left, header, err := request.Lift(url)
	if err != nil {
		return nil, nil, errdefs.Classify(err, errdefs.ErrInput)
	}
	defer b.watchNodes(ctx, at)()
	defer lendToBake(header)()
	files, input, err := bake.ReadRemoteFiles(ctx, b.nodes[at:at+1], left, names, pw)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the definition: %w", err)
	}
	if header != "" && len(files) == 0 { // where none was named, buildx takes what it cannot read for nothing
		return nil, nil, fmt.Errorf("reading the definition: none was found at %q; are user and password in the address "+
			"right?", request.Place(url))
	}
	if input != nil && input.URL == left {
		input.URL = url // that of build contexts, which sign in as well
	}
	return files, input, nil
}

// lendToBake has buildx sign in where it reads definitions: it takes that from the environment. Where the user has said
// there how to, that is what is done.
func lendToBake(header string) (done func()) {
	const name = "BUILDX_BAKE_GIT_AUTH_HEADER"
	for _, set := range []string{name, "BUILDX_BAKE_GIT_AUTH_TOKEN"} {
		if _, is := os.LookupEnv(set); is || header == "" {
			return func() {}
		}
	}
	_ = os.Setenv(name, header) // a name that can be set
	return func() { _ = os.Unsetenv(name) }
}
