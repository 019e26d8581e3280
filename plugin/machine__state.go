package plugin

import (
	"context"

	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// state is what init, status and deinit gather alike of the machine behind a docker context.
type state struct {
	host    host
	display progress.Writer
	engine  builder.Engine
	// builder is nil where there is none, or none that can be loaded.
	builder *builder.Builder
	record  machineRecord
	// remarks say what else there is to know.
	remarks []string
	// warnings are those of the remarks that are about entries of the kernel's table.
	warnings []binfmt.Warning
}

// lock waits for other commands that change this machine.
func (s *state) lock(ctx context.Context) (func(), error) {
	return s.host.builders().Lock(ctx, "machine-"+s.host.context())
}

// builderName is the builder that was named, else our own.
func (s *state) builderName(named string) string {
	if named != "" {
		return named
	}
	return s.host.builders().DefaultName()
}

// inspect asks the engine what it is.
func (s *state) inspect(ctx context.Context) (err error) {
	s.engine, err = builder.InspectEngine(ctx, s.host.engineClient())
	return fail(builder.ErrNotReady, err, "docker version")
}

// probe runs a program of each platform in the engine.
func (s *state) probe(ctx context.Context, list []ocispec.Platform) (findings []binfmt.Finding, err error) {
	const what = "running a program of each platform in the engine"
	err = progress.Wrap(what, s.display.Write, func(progress.SubLogger) (err error) {
		findings, err = binfmt.Probe(ctx, s.host.engineClient(), list)
		return err
	})
	return findings, fail(builder.ErrNotReady, err, "docker info")
}

// rowsOf are the findings as the report has them; optional is true where nobody named the platforms.
func (s *state) rowsOf(findings []binfmt.Finding, optional bool) []readiness {
	var rows []readiness
	for _, f := range findings {
		row := readinessOf(s.engine, f)
		row.optional = optional
		rows = append(rows, row)
	}
	return rows
}

// table reads the kernel's table of emulators.
func (s *state) table(ctx context.Context) (builder.Emulators, error) {
	return s.host.builders().Emulators(ctx, s.engine, s.builder)
}

// tableOrRemark is table, and where it cannot be read a remark says so.
func (s *state) tableOrRemark(ctx context.Context) (found builder.Emulators, ok bool) {
	found, err := s.table(ctx)
	if err != nil {
		s.remarks = append(s.remarks, "the kernel's table of emulators is not known: "+err.Error())
	}
	return found, err == nil
}

// warn remarks on entries of platforms that run all the same.
func (s *state) warn(table builder.Emulators, list []ocispec.Platform) {
	for _, w := range table.Warnings(list) {
		s.remarks, s.warnings = append(s.remarks, w.Text), append(s.warnings, w)
	}
}

// look finds out what explains the rows: what the kernel's table says, and what comes back with the engine. image is
// the emulator image.
func (s *state) look(ctx context.Context, image string) (emulation, error) {
	found, _ := s.tableOrRemark(ctx)
	persisted, err := binfmt.Persisted(ctx, s.host.engineClient())
	if err != nil {
		return emulation{}, fail(builder.ErrNotReady, err, "")
	}
	return emulation{table: found, persisted: persisted, record: s.record, image: image}, nil
}
