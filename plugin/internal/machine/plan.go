package machine

import (
	"context"
	"errors"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// InitPlan is what init would do.
type InitPlan struct {
	Request InitRequest
	Engine  engine.Engine
	// NoEngine is true where there is none, and none is needed.
	NoEngine bool
	Name     string
	Asked    platform.Choice
	Builder  create.Plan
	// Findings are of the engine; Causes say why those platforms do not run that do not.
	Findings []binfmt.Finding
	Causes   map[string]binfmt.Cause
	Remarks  []string
	// Refusal is why nothing of it would be done.
	Refusal error
}

// Missing are the platforms whose programs do not run in the engine.
func (p InitPlan) Missing() []ocispec.Platform { return missingPlatforms(p.Findings) }

// Plan finds out what run would do. A builder that run would refuse is in the plan, and its refusal beside it.
func (i *Init) Plan(ctx context.Context) (InitPlan, error) {
	if err := i.inspect(ctx, i.asksFor(), i.request.Persist); err != nil {
		return InitPlan{}, err
	}
	i.begin()
	config, err := i.config()
	if err != nil {
		return InitPlan{}, err
	}
	p := InitPlan{
		Request: i.request, Engine: i.engine, Name: config.Name, Asked: i.asked, Causes: map[string]binfmt.Cause{},
	}
	p.Builder, err = create.Compare(ctx, i.host.Builders(), config)
	if err != nil {
		p.Refusal = i.builderFailed(err, false)
		if !errors.Is(err, errdefs.ErrDiffers) {
			return p, p.Refusal
		}
	}
	if err := i.attach(ctx, p); err != nil {
		return p, err
	}
	if i.absent {
		p.NoEngine, p.Remarks = true, i.remarks
		return p, nil
	}
	if p.Findings, err = i.probe(ctx, i.asked.Platforms); err != nil {
		return p, err
	}
	err = i.foresee(ctx, &p)
	return p, err
}

// attach loads the builder as it is, if there is one. What is wrong with one that is to be replaced does not matter.
func (i *Init) attach(ctx context.Context, p InitPlan) (err error) {
	if !p.Builder.Exists {
		return nil
	}
	i.builder, err = i.host.Builders().Load(ctx, p.Name, i.need())
	if err != nil && len(p.Builder.Differences) == 0 {
		return i.builderFailed(err, false)
	}
	return context.Cause(ctx)
}

// foresee finds the causes that run would mend.
func (i *Init) foresee(ctx context.Context, p *InitPlan) error {
	found, ok := i.tableOrRemark(ctx)
	p.Remarks = i.remarks
	if !ok || !found.Known {
		return context.Cause(ctx)
	}
	for _, missing := range p.Missing() {
		p.Causes[platform.Format(missing)] = found.Explain(missing)
	}
	return nil
}
