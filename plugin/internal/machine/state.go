package machine

import (
	"context"

	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// state is what init, status and deinit gather alike of the machine behind a docker context.
type state struct {
	host    dockercli.Host
	display progress.Writer
	engine  engine.Engine
	// absent is true where there is no engine, and none is needed.
	absent bool
	// builder is nil where there is none, or none that can be loaded.
	builder *builder.Builder
	record  Record
	// remarks say what else there is to know.
	remarks []string
	// warnings are those of the remarks that are about entries of the kernel's table.
	warnings []binfmt.Warning
}

// Lock waits for other commands that change this machine.
func (s *state) Lock(ctx context.Context) (func(), error) {
	return s.host.Builders().Lock(ctx, "machine-"+s.host.Context())
}

// builderName is the builder that was named, else our own.
func (s *state) builderName(named string) string {
	if named != "" {
		return named
	}
	return s.host.Builders().DefaultName()
}

// probe runs a program of each platform in the engine.
func (s *state) probe(ctx context.Context, list []ocispec.Platform) (findings []binfmt.Finding, err error) {
	const what = "running a program of each platform in the engine"
	err = progress.Wrap(what, s.display.Write, func(progress.SubLogger) (err error) {
		findings, err = binfmt.Probe(ctx, s.host.EngineClient(), list)
		return err
	})
	return findings, failure.Wrap(errdefs.ErrNotReady, err, "docker info")
}

// rowsOf are the findings as the report has them; optional is true where nobody named the platforms.
func (s *state) rowsOf(findings []binfmt.Finding, optional bool) []Readiness {
	var rows []Readiness
	for _, f := range findings {
		row := readinessOf(s.engine, f)
		row.optional = optional
		rows = append(rows, row)
	}
	return rows
}

// table reads the kernel's table of emulators.
func (s *state) table(ctx context.Context) (builder.Emulators, error) {
	return s.host.Builders().Emulators(ctx, s.engine, s.builder)
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
func (s *state) look(ctx context.Context, image string) (Emulators, error) {
	if s.absent {
		return Emulators{record: s.record, image: image}, nil
	}
	found, _ := s.tableOrRemark(ctx)
	persisted, err := binfmt.Persisted(ctx, s.host.EngineClient())
	if err != nil {
		return Emulators{}, failure.Wrap(errdefs.ErrNotReady, err, "")
	}
	return Emulators{Table: found, persisted: persisted, record: s.record, image: image}, nil
}
