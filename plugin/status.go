package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

type statusOptions struct {
	builderOptions
	platformOptions
	progressOptions
	format string
}

type statusFunc func(context.Context, command.Cli, statusOptions) error

func newStatusCommand(dockerCLI command.Cli, run statusFunc) *cobra.Command {
	var options statusOptions
	cmd := &cobra.Command{
		Use:   "status [OPTIONS]",
		Short: "Show which platforms run in the engine and the builder",
		Long: `Show which platforms run in the engine and the builder.

It runs the same programs as init and changes nothing: a builder that is stopped stays so, and is not probed. The
platforms are those that init has prepared, unless --platform names others. Exit code 3: something is missing.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.builderOptions.addFlags(flags)
	options.platformOptions.addFlags(flags, `Platforms to look at ("all": every one that has an emulator)`)
	addProgressFlags(flags, &options.progressOptions)
	addFormatFlag(flags, &options.format)
	return cmd
}

func runStatus(ctx context.Context, dockerCLI command.Cli, options statusOptions) error {
	if err := errors.Join(options.validate(), checkFormat(options.format)); err != nil {
		return err
	}
	record, err := readMachine(dockerCLI)
	if err != nil {
		return err
	}
	asked, every, err := options.prepare(record.Platforms)
	if err != nil {
		return err
	}
	display, err := options.open(ctx, dockerCLI, "looking at the machine")
	if err != nil {
		return err
	}
	s := &survey{
		dockerCLI: dockerCLI, options: options, platforms: asked.platforms, every: every, record: record, display: display,
	}
	err = interrupted(ctx, s.run(ctx))
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return err
	}
	s.report.settle()
	verdict := s.report.judge()
	s.report.Ready = verdict == nil
	if err := s.report.print(dockerCLI, options.format, options.silent()); err != nil {
		return err
	}
	return verdict
}

// survey is one run of status.
type survey struct {
	dockerCLI command.Cli
	options   statusOptions
	platforms []ocispec.Platform
	every     bool
	record    machine
	display   progress.Writer

	report machineReport
}

func (s *survey) run(ctx context.Context) error {
	engine, err := builder.InspectEngine(ctx, s.dockerCLI.Client())
	if err != nil {
		return fail(builder.ErrNotReady, err, "docker version")
	}
	s.report.Engine = engineReportOf(engine)
	var findings []binfmt.Finding
	err = progress.Wrap("running a program of each platform in the engine", s.display.Write,
		func(progress.SubLogger) (err error) {
			findings, err = binfmt.Probe(ctx, s.dockerCLI.Client(), s.platforms)
			return err
		})
	if err != nil {
		return fail(builder.ErrNotReady, err, "docker info")
	}
	for _, f := range findings {
		row := readinessOf(engine, f)
		row.optional = s.every
		s.report.Platforms = append(s.report.Platforms, row)
	}
	b := s.lookAtBuilder(ctx)
	if b != nil && b.Running() {
		if err := proveInBuilder(ctx, b, s.report.Platforms, s.display); err != nil {
			return err
		}
	}
	return s.explain(ctx, engine, b)
}

// lookAtBuilder loads the builder, if there is one, and notes what is wrong with it.
func (s *survey) lookAtBuilder(ctx context.Context) *builder.Builder {
	name, err := builder.Resolve(s.dockerCLI, s.options.builder)
	if err != nil {
		s.report.Builder = builderReport{
			Name: firstOf(s.options.builder, builder.DefaultName(s.dockerCLI)), Status: absence(err), Problem: err.Error(),
		}
		return nil
	}
	b, err := builder.Attach(ctx, s.dockerCLI, name)
	if b == nil {
		s.report.Builder = builderReport{Name: name, Status: "error", Problem: err.Error()}
		return nil
	}
	s.report.Builder = builderReportOf(b)
	if err != nil {
		s.report.Builder.Problem = err.Error()
		return nil
	}
	return b
}

func (s *survey) explain(ctx context.Context, engine builder.Engine, b *builder.Builder) error {
	table, err := builder.ReadEmulators(ctx, s.dockerCLI, engine, b)
	if err != nil {
		s.report.Notes = append(s.report.Notes, "the kernel's table of emulators is not known: "+err.Error())
	}
	persisted, err := binfmt.Persisted(ctx, s.dockerCLI.Client())
	if err != nil {
		return fail(builder.ErrNotReady, err, "")
	}
	seen := emulation{table: table, persisted: persisted, record: s.record, image: binfmt.DefaultImage}
	for i := range s.report.Platforms {
		s.report.Platforms[i].explain(seen)
	}
	r := s.report.Builder
	s.report.Notes = append(s.report.Notes, fmt.Sprintf("builder %s %s, engine %s at %s",
		r.Name, statusWord(r), engine.Version, engine.Host))
	if len(persisted.Architectures) > 0 && !persisted.Running {
		s.report.Notes = append(s.report.Notes, "container "+binfmt.PersistName+
			" is stopped and does not start with the engine; to start it: docker start "+binfmt.PersistName)
	}
	s.report.Notes = append(s.report.Notes, table.Warnings(s.platforms, binfmt.DefaultImage)...)
	return nil
}

func statusWord(r builderReport) string {
	if r.Status == "stopped" {
		return "stopped, not probed"
	}
	return r.Status
}

// absence says in a word why there is no builder to look at.
func absence(err error) string {
	if errors.Is(err, builder.ErrElsewhere) {
		return "elsewhere"
	}
	return "missing"
}
