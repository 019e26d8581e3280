package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// setup is one run of init.
type setup struct {
	dockerCLI command.Cli
	options   initOptions
	// asked are the platforms to prepare; every is true when the user named none of them.
	asked   chosen
	every   bool
	nodes   []builder.NodeSpec
	display progress.Writer

	engine    builder.Engine
	created   builder.Created
	builder   *builder.Builder
	record    machine
	installed binfmt.Installation
	seen      emulation
	rows      []readiness
	// changes say what this run has changed, remarks what else there is to know.
	changes, remarks []string
	// plan is what a dry run would do, refusal why it would not.
	plan    initPlan
	refusal error
}

func (s *setup) builderName() string {
	return firstOf(s.options.builder, builder.DefaultName(s.dockerCLI))
}

// run changes the machine until every platform runs, as far as that can be done, and looks at what came of it.
func (s *setup) run(ctx context.Context) error {
	var err error
	if s.engine, err = builder.InspectEngine(ctx, s.dockerCLI.Client()); err != nil {
		return fail(builder.ErrNotReady, err, "docker version")
	}
	unlock, err := builder.Lock(ctx, s.dockerCLI, machineLock(s.dockerCLI))
	if err != nil {
		return err
	}
	defer unlock()
	s.begin()
	if err := s.prepareBuilder(ctx); err != nil {
		return err
	}
	findings, err := s.emulators(ctx)
	if err != nil {
		return err
	}
	for _, f := range findings {
		row := readinessOf(s.engine, f)
		row.optional = s.every
		s.rows = append(s.rows, row)
	}
	if err := proveInBuilder(ctx, s.builder, s.rows, s.display); err != nil {
		return err
	}
	if err := s.persist(ctx); err != nil {
		return err
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	s.record.Platforms = readyPlatforms(s.rows)
	return writeMachine(s.dockerCLI, s.record)
}

func (s *setup) prepareBuilder(ctx context.Context) error {
	config, err := s.config()
	if err != nil {
		return err
	}
	s.created, err = builder.Create(ctx, s.dockerCLI, config)
	if err != nil {
		return s.builderFailed(err)
	}
	s.changes = append(s.changes, s.created.Notes...)
	if !s.created.Reused {
		if !slices.Contains(s.record.Builders, s.created.Name) {
			s.record.Builders = append(s.record.Builders, s.created.Name)
		}
		if err := writeMachine(s.dockerCLI, s.record); err != nil { // deinit must know of it whatever comes next
			return err
		}
	}
	if s.builder, err = builder.Open(ctx, s.dockerCLI, s.created.Name, s.display); err != nil {
		return s.builderFailed(err)
	}
	return nil
}

// config is the builder that is asked for.
func (s *setup) config() (builder.Config, error) {
	reach, err := builder.ReachOf(s.engine, builder.CertificateFolders(s.dockerCLI)...)
	return builder.Config{
		Name:           s.builderName(),
		Named:          s.options.builder != "",
		DriverOpts:     s.options.driverOpts,
		BuildkitdFlags: s.options.buildkitdFlags,
		ConfigFile:     s.options.configFile,
		Image:          s.options.buildkitImage,
		Use:            s.options.use,
		Recreate:       s.options.recreate,
		Reach:          reach,
		Proxies:        s.engine.Proxies,
		Nodes:          s.nodes,
	}, err
}

// builderFailed names the command that helps. A builder that init has not made is nobody's to remove or replace.
func (s *setup) builderFailed(err error) error {
	name := s.builderName()
	ours := slices.Contains(s.record.Builders, name)
	switch {
	case errors.Is(err, builder.ErrInput):
		return err
	case errors.Is(err, builder.ErrDiffers) && ours:
		return fail(builder.ErrNotReady, err, "docker multiplat init --recreate --builder "+name,
			"or choose another name with --builder; --recreate keeps the builder's cache")
	case errors.Is(err, builder.ErrDiffers):
		return fail(builder.ErrNotReady, err, "docker multiplat init --builder NAME, with a name of your choice",
			"init has not made this builder; to replace it all the same, add --recreate, which keeps its cache")
	case errors.Is(err, builder.ErrNoContext):
		return fail(builder.ErrNotReady, err, contextCommand(s.dockerCLI)+" && docker --context NAME multiplat init",
			"then choose it with docker context use, --context or DOCKER_CONTEXT, in place of DOCKER_HOST")
	case errors.Is(err, builder.ErrBroken):
		return fail(builder.ErrNotReady, err, "remove that file, then: docker multiplat init --builder "+name)
	}
	if image := (*builder.NoImageError)(nil); errors.As(err, &image) {
		return fail(builder.ErrNotReady, err, "docker multiplat init --buildkit-image IMAGE", outOfReach(image.Image)...)
	}
	if ours {
		return fail(builder.ErrNotReady, err, fmt.Sprintf("docker buildx rm %s && docker multiplat init", name))
	}
	return fail(builder.ErrNotReady, err, "docker buildx inspect --bootstrap "+name)
}

// look reads what explains the rows.
func (s *setup) look(ctx context.Context) error {
	table, err := builder.ReadEmulators(ctx, s.dockerCLI, s.engine, s.builder)
	if err != nil {
		s.remarks = append(s.remarks, "the kernel's table of emulators is not known: "+err.Error())
	}
	persisted, err := binfmt.Persisted(ctx, s.dockerCLI.Client())
	if err != nil {
		return fail(builder.ErrNotReady, err, "")
	}
	s.seen = emulation{table: table, persisted: persisted, record: s.record, image: s.options.binfmtImage}
	for i := range s.rows {
		s.rows[i].explain(s.seen)
		s.blame(&s.rows[i])
	}
	s.remarks = append(s.remarks, table.Warnings(s.asked.platforms, s.options.binfmtImage)...)
	return nil
}
