package builder

import (
	"context"
	"fmt"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/frontend/dockerui"
	gateway "github.com/moby/buildkit/frontend/gateway/client"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// Dockerfile reads the Dockerfile of a build context that is a URL. Nothing else of it is built.
func (b *Builder) Dockerfile(ctx context.Context, r request.Request) (name string, text []byte, err error) {
	signed := b.auth()
	targets, err := r.Targets(signed)
	if err != nil {
		return "", nil, err
	}
	at, err := b.usable(r.Platforms[0])
	if err != nil {
		return "", nil, err
	}
	if err := b.checkAddress(r, at); err != nil {
		return "", nil, err
	}
	defer b.watchNodes(ctx, at)()
	c, err := b.nodes[at].Driver.Client(ctx)
	if err != nil {
		return "", nil, err
	}
	target := targets[platforms.FormatAll(r.Platforms[0])]
	opt := client.SolveOpt{
		Session:       target.Session,
		FrontendAttrs: map[string]string{"context": target.Inputs.ContextPath},
		Internal:      true,
	}
	if r.File != "" {
		opt.FrontendAttrs["filename"] = r.File
	}
	_, err = c.Build(ctx, opt, "docker-multiplat", func(ctx context.Context, g gateway.Client) (*gateway.Result, error) {
		ui, err := dockerui.NewClient(g)
		if err != nil {
			return nil, err
		}
		source, err := ui.ReadEntrypoint(ctx, "Dockerfile")
		if err != nil {
			return nil, err
		}
		name, text = source.Filename, source.Data
		if r.File == "" && name == dockerui.DefaultLocalNameContext { // it is all there is at the address
			name = "Dockerfile"
		}
		return gateway.NewResult(), nil
	}, nil)
	if err != nil {
		return "", nil, fmt.Errorf("reading the Dockerfile of %q: %w", request.Place(r.Context), shownOf(err, r, signed))
	}
	return name, text, nil
}
