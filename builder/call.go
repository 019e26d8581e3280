package builder

import (
	"context"
	"fmt"

	"github.com/containerd/platforms"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// Call asks the frontend and returns its answer by key: result.json, result.txt, result.statuscode, version. It asks
// once, for the first platform: the answer is about the Dockerfile.
func (b *Builder) Call(
	ctx context.Context,
	r request.Request,
	m request.Method,
	pw progress.Writer,
) (map[string]string, error) {
	r.Platforms = r.Platforms[:1]
	signed := b.auth()
	targets, err := r.Targets(signed)
	if err != nil {
		return nil, err
	}
	name := platforms.FormatAll(r.Platforms[0])
	o := targets[name]
	o.Exports, o.CacheTo = nil, nil
	o.CallFunc = &buildxbuild.CallFunc{Name: m.Name, Format: m.Format, IgnoreStatus: m.IgnoreStatus}
	placed, err := b.assign(r.Platforms)
	if err != nil {
		return nil, err
	}
	if err := b.checkAddress(r, placed.used...); err != nil {
		return nil, err
	}
	defer b.watchNodes(ctx, placed.used...)()
	responses, err := buildxbuild.Build(ctx, placed.nodes, map[string]buildxbuild.Options{name: o},
		dockerutil.NewClient(b.dockerCLI), confutil.NewConfig(b.dockerCLI), blanked{pw, r.Blank(), signed}, nil)
	if err != nil {
		return nil, fmt.Errorf("asking for %q: %w", m.Name, shownOf(err, r, signed))
	}
	return responses[name].ExporterResponse, nil
}
