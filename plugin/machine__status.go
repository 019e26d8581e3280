package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// statusRequest says what status is to look at.
type statusRequest struct {
	// builder is the builder's name; empty: the one that a build takes.
	builder string
	asked   manifest.PlatformChoice
	// every is true where the platforms are all there are, so that nobody misses one that nothing here is for.
	every bool
}

// machineStatus is one run of status.
type machineStatus struct {
	state
	request statusRequest
	seen    machineReport
}

// openStatus reads what init has left; it contacts nothing.
func openStatus(h host) (*machineStatus, error) {
	r, err := readMachine(h)
	return &machineStatus{state: state{host: h, record: r}}, err
}

// proven are the platforms that init has made run.
func (s *machineStatus) proven() []string { return s.record.Platforms }

// run looks at the machine and changes nothing.
func (s *machineStatus) run(
	ctx context.Context, request statusRequest, display progress.Writer,
) (machineReport, error) {
	s.request, s.display = request, display
	if err := s.inspect(ctx); err != nil {
		return s.seen, err
	}
	s.seen.Engine = engineReportOf(s.engine)
	findings, err := s.probe(ctx, request.asked.Platforms)
	if err != nil {
		return s.seen, err
	}
	s.seen.Platforms = s.rowsOf(findings, request.every)
	s.lookAtBuilder(ctx)
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

// lookAtBuilder loads the builder, if there is one, and notes what is wrong with it.
func (s *machineStatus) lookAtBuilder(ctx context.Context) {
	name, err := s.host.builders().Resolve(s.request.builder)
	if err != nil {
		s.seen.Builder = builderReport{
			Name: s.builderName(s.request.builder), Status: absence(err), Problem: err.Error(), problem: err,
		}
		return
	}
	b, err := s.host.builders().Load(ctx, name)
	if b == nil {
		s.seen.Builder = builderReport{Name: name, Status: "error", Problem: err.Error(), problem: err}
		return
	}
	s.seen.Builder = builderReportOf(b)
	if err != nil {
		s.seen.Builder.Problem, s.seen.Builder.problem = err.Error(), err
		return
	}
	s.builder = b
}

// explain adds what the rows come from, and what else there is to know.
func (s *machineStatus) explain(ctx context.Context) error {
	seen, err := s.look(ctx, binfmt.DefaultImage)
	if err != nil {
		return err
	}
	for i := range s.seen.Platforms {
		s.seen.Platforms[i].explain(seen)
	}
	b := s.seen.Builder
	s.remarks = append(s.remarks, fmt.Sprintf("builder %s %s, engine %s at %s",
		b.Name, statusWord(b), s.engine.Version, s.engine.Host))
	if len(seen.persisted.Architectures) > 0 && !seen.persisted.Running {
		s.remarks = append(s.remarks, "container "+binfmt.PersistName+
			" is stopped and does not start with the engine; to start it: docker start "+binfmt.PersistName)
	}
	s.warn(seen.table, s.request.asked.Platforms)
	s.seen.Notes, s.seen.warnings, s.seen.image = s.remarks, s.warnings, binfmt.DefaultImage
	return nil
}

// statusWord says whether the builder was probed.
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
