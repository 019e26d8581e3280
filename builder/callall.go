package builder

import (
	"context"
	"fmt"

	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/buildx/util/progress"
	gateway "github.com/moby/buildkit/frontend/gateway/client"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// CallAll is Call for several works, by their names: those without a method are there for others that take them.
func (b *Builder) CallAll(
	ctx context.Context, works []Work, methods map[string]request.Method, pw progress.Writer,
) (map[string]map[string]string, error) {
	asking := make([]Work, 0, len(works))
	for _, w := range works {
		w.Request.Platforms, w.Request.CacheTo, w.Discard = w.Request.Platforms[:1], nil, true
		asking = append(asking, w)
	}
	call := &run{solves: map[string]*solve{}, blank: blankAll(works), signed: b.auth()}
	options, err := call.options(asking, call.signed, nil)
	if err != nil {
		return nil, err
	}
	for key, s := range call.solves {
		o := options[key]
		if m, asked := methods[s.work]; asked {
			o.CallFunc = &buildxbuild.CallFunc{Name: m.Name, Format: m.Format, IgnoreStatus: m.IgnoreStatus}
			o.Linked = false
		}
		options[key] = o
	}
	placed, err := b.assign(everyPlatform(asking))
	if err != nil {
		return nil, err
	}
	defer b.watchNodes(ctx, placed.used...)()
	none := func(context.Context, string, gateway.Client, *gateway.Result, buildxbuild.Options) error { return nil }
	responses, err := buildxbuild.Build(ctx, placed.nodes, options, dockerutil.NewClient(b.dockerCLI),
		confutil.NewConfig(b.dockerCLI), blanked{pw, call.blank, call.signed},
		&buildxbuild.Handler{Evaluate: none}) // or what is taken would be built
	if err != nil {
		return nil, fmt.Errorf("asking about the targets: %w", call.shown(err))
	}
	answers := map[string]map[string]string{}
	for key, s := range call.solves {
		if response := responses[key]; response != nil {
			answers[s.work] = response.ExporterResponse
		}
	}
	return answers, nil
}
