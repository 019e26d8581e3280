package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

type initOptions struct {
	builderOptions
	platformOptions
	progressOptions
	binfmtImage    string
	driverOpts     []string
	buildkitdFlags string
	configFile     string
	use            bool
	format         string
}

type initFunc func(context.Context, command.Cli, initOptions) error

func newInitCommand(dockerCLI command.Cli, run initFunc) *cobra.Command {
	var options initOptions
	cmd := &cobra.Command{
		Use:   "init [OPTIONS]",
		Short: "Set up emulators and a builder, and prove that they work",
		Long: `Set up emulators and a builder, and prove that they work.

Missing emulators are installed through a privileged container, which changes the kernel of the engine's host for
all its users until it restarts. Then a program of every platform is run in the engine and in the builder: what
the table says has been seen. The "experimental": true in daemon.json that older recipes ask for is not needed.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.builderOptions.addFlags(flags)
	options.platformOptions.addFlags(flags, "Platforms to prepare for")
	options.progressOptions.addFlags(flags)
	flags.StringVar(&options.binfmtImage, "binfmt-image", binfmt.DefaultImage, "Image that installs the emulators")
	flags.StringArrayVar(&options.driverOpts, "driver-opt", nil, "Options for the driver of a new builder")
	flags.StringVar(&options.buildkitdFlags, "buildkitd-flags", "", "BuildKit daemon flags of a new builder")
	flags.StringVar(&options.configFile, "buildkitd-config", "", "BuildKit daemon config file of a new builder")
	flags.BoolVar(&options.use, "use", false, "Set the builder as the current one of buildx")
	addFormatFlag(flags, &options.format)
	return cmd
}

func runInit(ctx context.Context, dockerCLI command.Cli, options initOptions) error {
	if err := errors.Join(options.validate(), checkFormat(options.format)); err != nil {
		return err
	}
	if _, err := reference.ParseNormalizedNamed(options.binfmtImage); err != nil {
		return usageError("invalid --binfmt-image %q: %s", options.binfmtImage, err)
	}
	selected, err := options.choose(nil)
	if err != nil {
		return err
	}
	display, err := options.open(ctx, dockerCLI, "preparing the machine")
	if err != nil {
		return err
	}
	setup := &setup{dockerCLI: dockerCLI, options: options, platforms: selected.platforms, display: display}
	err = interrupted(ctx, setup.run(ctx))
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return err
	}
	return setup.report()
}

// setup is one run of init.
type setup struct {
	dockerCLI command.Cli
	options   initOptions
	platforms []ocispec.Platform
	display   progress.Writer

	engine  builder.Engine
	builder builder.Created
	notes   []string
	rows    []readiness
}

func (s *setup) run(ctx context.Context) error {
	var err error
	if s.engine, err = builder.InspectEngine(ctx, s.dockerCLI.Client()); err != nil {
		return fail(builder.ErrNotReady, err, "docker version")
	}
	findings, err := s.emulators(ctx)
	if err != nil {
		return err
	}
	b, err := s.prepareBuilder(ctx)
	if err != nil {
		return err
	}
	for _, finding := range findings {
		row := readinessOf(s.engine, finding)
		if err := s.proveInBuilder(ctx, b, &row); err != nil {
			return err
		}
		s.rows = append(s.rows, row)
	}
	return nil
}

// emulators probes the engine, installs what is missing, and probes again: the installer's word is no proof.
func (s *setup) emulators(ctx context.Context) (findings []binfmt.Finding, err error) {
	probe := func() error {
		const what = "running a program of each platform in the engine"
		return progress.Wrap(what, s.display.Write, func(progress.SubLogger) (err error) {
			findings, err = binfmt.Probe(ctx, s.dockerCLI.Client(), s.platforms)
			return err
		})
	}
	if err := probe(); err != nil {
		return nil, fail(builder.ErrNotReady, err, "")
	}
	missing := missingPlatforms(findings)
	if len(missing) == 0 {
		return findings, nil
	}
	if err := s.install(ctx, binfmt.Architectures(missing)); err != nil {
		return nil, err
	}
	if err := probe(); err != nil {
		return nil, fail(builder.ErrNotReady, err, "")
	}
	return findings, nil
}

func missingPlatforms(findings []binfmt.Finding) []ocispec.Platform {
	var missing []ocispec.Platform
	for _, f := range findings {
		if !f.Runs && !f.Untestable {
			missing = append(missing, f.Platform)
		}
	}
	return missing
}

func (s *setup) install(ctx context.Context, architectures []string) error {
	image := s.options.binfmtImage
	auth, err := command.RetrieveAuthTokenFromImage(s.dockerCLI.ConfigFile(), image)
	if err != nil {
		return usageError("invalid --binfmt-image %q: %s", image, err)
	}
	what := fmt.Sprintf("installing emulators for %s with %s", strings.Join(architectures, ", "), image)
	err = progress.Wrap(what, s.display.Write, func(log progress.SubLogger) error {
		done, err := binfmt.Install(ctx, s.dockerCLI.Client(), image, auth, architectures)
		if done.Log != "" {
			log.Log(1, []byte(done.Log+"\n"))
		}
		if err == nil {
			s.notes = append(s.notes, fmt.Sprintf("installed emulators for %s until the engine's host restarts (%s)",
				strings.Join(architectures, ", "), firstOf(done.Digest, image)))
		}
		return err
	})
	return fail(builder.ErrNotReady, err, "docker multiplat init --binfmt-image IMAGE")
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func (s *setup) prepareBuilder(ctx context.Context) (*builder.Builder, error) {
	reach, err := builder.ReachOf(s.engine)
	if err != nil {
		return nil, err
	}
	s.builder, err = builder.Create(ctx, s.dockerCLI, builder.Config{
		Name:           firstOf(s.options.builder, builder.DefaultName(s.dockerCLI)),
		DriverOpts:     s.options.driverOpts,
		BuildkitdFlags: s.options.buildkitdFlags,
		ConfigFile:     s.options.configFile,
		Use:            s.options.use,
		Reach:          reach,
	})
	if err != nil {
		return nil, err
	}
	s.notes = append(s.notes, s.builder.Notes...)
	return builder.Open(ctx, s.dockerCLI, s.builder.Name, s.display)
}

// proveInBuilder runs the platform's program in the builder, which may have emulators that the engine lacks.
func (s *setup) proveInBuilder(ctx context.Context, b *builder.Builder, row *readiness) error {
	if row.Untestable {
		return nil
	}
	program, err := binfmt.ProgramFor(row.platform)
	if err != nil {
		return err
	}
	name := platforms.FormatAll(row.platform)
	_ = progress.Wrap("running a "+name+" program in the builder", s.display.Write, func(progress.SubLogger) (err error) {
		row.Node, err = b.Probe(ctx, row.platform, program)
		row.BuilderRuns = err == nil
		if err != nil {
			row.Reason = firstOf(row.Reason, err.Error())
		}
		return err
	})
	return context.Cause(ctx)
}
