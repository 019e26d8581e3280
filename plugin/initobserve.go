package plugin

import (
	"context"
	"errors"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// observe finds out what run would do. A builder that run would refuse is in the plan, and its refusal beside it.
func (s *setup) observe(ctx context.Context) error {
	var err error
	if s.engine, err = builder.InspectEngine(ctx, s.dockerCLI.Client()); err != nil {
		return fail(builder.ErrNotReady, err, "docker version")
	}
	s.begin()
	config, err := s.config()
	if err != nil {
		return err
	}
	s.plan = initPlan{
		engine: s.engine, name: config.Name, asked: s.asked, nodes: s.nodes, options: s.options,
		causes: map[string]binfmt.Cause{},
	}
	s.plan.builder, err = builder.Compare(ctx, s.dockerCLI, config)
	if err != nil {
		s.refusal = s.builderFailed(err)
		if !errors.Is(err, builder.ErrDiffers) {
			return s.refusal
		}
	}
	b, err := s.attach(ctx)
	if err != nil {
		return err
	}
	if s.plan.findings, err = s.probe(ctx); err != nil {
		return err
	}
	return s.foresee(ctx, b)
}

// attach loads the builder as it is, if there is one. What is wrong with one that is to be replaced does not matter.
func (s *setup) attach(ctx context.Context) (*builder.Builder, error) {
	if !s.plan.builder.Exists {
		return nil, nil
	}
	b, err := builder.Attach(ctx, s.dockerCLI, s.plan.name)
	if err != nil && len(s.plan.builder.Differences) == 0 {
		return nil, s.builderFailed(err)
	}
	return b, context.Cause(ctx)
}

// foresee finds the causes that run would mend.
func (s *setup) foresee(ctx context.Context, b *builder.Builder) error {
	table, err := builder.ReadEmulators(ctx, s.dockerCLI, s.engine, b)
	if err != nil {
		s.remarks = append(s.remarks, "the kernel's table of emulators is not known: "+err.Error())
	}
	s.plan.remarks = s.remarks
	if err != nil || !table.Known {
		return context.Cause(ctx)
	}
	for _, p := range missingPlatforms(s.plan.findings) {
		s.plan.causes[manifest.FormatPlatform(p)] = table.Explain(p, s.options.binfmtImage)
	}
	return nil
}
