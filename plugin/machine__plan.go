package plugin

import (
	"context"
	"errors"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// initPlan is what init would do.
type initPlan struct {
	request initRequest
	engine  builder.Engine
	name    string
	asked   manifest.PlatformChoice
	builder builder.Plan
	// findings are of the engine; causes say why those platforms do not run that do not.
	findings []binfmt.Finding
	causes   map[string]binfmt.Cause
	remarks  []string
	// refusal is why nothing of it would be done.
	refusal error
}

// missing are the platforms whose programs do not run in the engine.
func (p initPlan) missing() []ocispec.Platform { return missingPlatforms(p.findings) }

// plan finds out what run would do. A builder that run would refuse is in the plan, and its refusal beside it.
func (i *machineInit) plan(ctx context.Context) (initPlan, error) {
	if err := i.inspect(ctx); err != nil {
		return initPlan{}, err
	}
	i.begin()
	config, err := i.config()
	if err != nil {
		return initPlan{}, err
	}
	p := initPlan{
		request: i.request, engine: i.engine, name: config.Name, asked: i.asked, causes: map[string]binfmt.Cause{},
	}
	p.builder, err = builder.Compare(ctx, i.host.builders(), config)
	if err != nil {
		p.refusal = i.builderFailed(err)
		if !errors.Is(err, builder.ErrDiffers) {
			return p, p.refusal
		}
	}
	if err := i.attach(ctx, p); err != nil {
		return p, err
	}
	if p.findings, err = i.probe(ctx, i.asked.Platforms); err != nil {
		return p, err
	}
	err = i.foresee(ctx, &p)
	return p, err
}

// attach loads the builder as it is, if there is one. What is wrong with one that is to be replaced does not matter.
func (i *machineInit) attach(ctx context.Context, p initPlan) (err error) {
	if !p.builder.Exists {
		return nil
	}
	i.builder, err = i.host.builders().Load(ctx, p.name)
	if err != nil && len(p.builder.Differences) == 0 {
		return i.builderFailed(err)
	}
	return context.Cause(ctx)
}

// foresee finds the causes that run would mend.
func (i *machineInit) foresee(ctx context.Context, p *initPlan) error {
	found, ok := i.tableOrRemark(ctx)
	p.remarks = i.remarks
	if !ok || !found.Known {
		return context.Cause(ctx)
	}
	for _, missing := range p.missing() {
		p.causes[manifest.FormatPlatform(missing)] = found.Explain(missing)
	}
	return nil
}
