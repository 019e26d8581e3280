package machine

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// StatusRequest says what status is to look at.
type StatusRequest struct {
	// Builder is the builder's name; empty: the one that a build takes.
	Builder string
	Asked   platform.Choice
	// Every is true where the platforms are all there are, so that nobody misses one that nothing here is for.
	Every bool
}

// Status is one run of status.
type Status struct {
	state
	request StatusRequest
	seen    Report
}

// OpenStatus reads what init has left; it contacts nothing.
func OpenStatus(h dockercli.Host) (*Status, error) {
	r, err := ReadRecord(h)
	return &Status{state: state{host: h, record: r}}, err
}

// Prepared are the platforms that a build takes with a builder; an empty name is the builder that a build takes.
func (s *Status) Prepared(builder string) []string {
	name, err := s.host.Builders().Resolve(builder)
	if err != nil {
		name = s.builderName(builder)
	}
	return s.record.Prepared(s.host, name)
}

// Run looks at the machine and changes nothing.
func (s *Status) Run(
	ctx context.Context, request StatusRequest, display progress.Writer,
) (Report, error) {
	s.request, s.display = request, display
	if err := s.inspect(ctx, s.looksAt(), false); err != nil {
		return s.seen, err
	}
	if err := s.lookAtEngine(ctx); err != nil {
		return s.seen, err
	}
	s.lookAtBuilder(ctx)
	if s.absent {
		s.seen.Platforms = s.rowsWithout(request.Asked.Platforms, request.Every)
	}
	if s.builder != nil && s.builder.Running() {
		if err := probeInBuilder(ctx, s.builder, s.seen.Platforms, display); err != nil {
			return s.seen, err
		}
	}
	if err := s.explain(ctx); err != nil {
		return s.seen, err
	}
	s.seen.conclude()
	return s.seen, nil
}

// looksAt is the builder that is looked at.
func (s *Status) looksAt() create.Config {
	builders := s.host.Builders()
	name, err := builders.Resolve(s.request.Builder)
	if err == nil {
		return create.Config{Name: name}
	}
	gone := create.Config{Name: s.builderName(s.request.Builder)}
	if there, unknown := builders.Exists(gone.Name); s.request.Builder != "" && unknown == nil && !there {
		gone.Driver = builder.RemoteDriver // as no engine is needed to know that
	}
	return gone
}

// lookAtEngine asks the engine, where there is one, what it runs.
func (s *Status) lookAtEngine(ctx context.Context) error {
	if s.absent {
		return nil
	}
	s.seen.Engine = engineReportOf(s.engine)
	findings, err := s.probe(ctx, s.request.Asked.Platforms)
	s.seen.Platforms = s.rowsOf(findings, s.request.Every)
	return err
}

// lookAtBuilder loads the builder, if there is one, and notes what is wrong with it.
func (s *Status) lookAtBuilder(ctx context.Context) {
	name, err := s.host.Builders().Resolve(s.request.Builder)
	if err != nil {
		s.seen.Builder = BuilderReport{
			Name: s.builderName(s.request.Builder), Status: absence(err), Problem: err.Error(), Err: err,
		}
		return
	}
	b, err := s.host.Builders().Load(ctx, name, builder.Need{})
	if b == nil {
		s.seen.Builder = BuilderReport{Name: name, Status: "error", Problem: err.Error(), Err: err}
		return
	}
	s.seen.Builder = builderReportOf(b)
	if err != nil {
		s.seen.Builder.Problem, s.seen.Builder.Err = err.Error(), err
		return
	}
	s.builder = b
}

// explain adds what the rows come from, and what else there is to know.
func (s *Status) explain(ctx context.Context) error {
	seen, err := s.look(ctx, binfmt.DefaultImage)
	if err != nil {
		return err
	}
	for i := range s.seen.Platforms {
		s.seen.Platforms[i].explain(seen)
	}
	b := s.seen.Builder
	s.remarks = append(s.remarks, fmt.Sprintf("builder %s %s, %s", b.Name, statusWord(b), s.engineWords()))
	s.remarks = append(s.remarks, append(b.places(), b.gone()...)...)
	if len(seen.persisted.Architectures) > 0 && !seen.persisted.Running {
		s.remarks = append(s.remarks, "container "+binfmt.PersistName+
			" is stopped and does not start with the engine; to start it: docker start "+binfmt.PersistName)
	}
	s.warn(seen.Table, s.request.Asked.Platforms)
	s.seen.Left = leftover(ctx, s.host)
	s.seen.Notes, s.seen.Warnings, s.seen.Image = s.remarks, s.warnings, binfmt.DefaultImage
	return nil
}

// statusWord says whether the builder was probed.
func statusWord(r BuilderReport) string {
	if r.Status == "stopped" {
		return "stopped, not probed"
	}
	return r.Status
}

// absence says in a word why there is no builder to look at.
func absence(err error) string {
	if errors.Is(err, errdefs.ErrElsewhere) {
		return "elsewhere"
	}
	return "missing"
}
