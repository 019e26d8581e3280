package build

import (
	"context"
	"errors"
	"slices"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/builder/steps"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/check"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// group are the runs of plans that are carried out together: one call of the builder, and one bound for all tests.
type group struct {
	host    dockercli.Host
	store   *store.Store
	display progress.Writer
	runs    []*run
	// sent is what has crossed the links between machines.
	sent links
}

// Run carries a plan out. What went wrong with single platforms is in their rows; the result tells what is
// known also beside an error.
func Run(ctx context.Context, h dockercli.Host, plan Plan, pw progress.Writer) (Result, error) {
	results, err := RunAll(ctx, h, []Plan{plan}, pw)
	return results[0], err
}

// RunAll carries several plans out, on the builder of the first: what they share is done once, and one that fails does
// not keep the others. There is a result for each.
func RunAll(ctx context.Context, h dockercli.Host, plans []Plan, pw progress.Writer) (results []Result, err error) {
	results = make([]Result, len(plans))
	for i, plan := range plans {
		results[i].Plan = plan
	}
	err = h.WithStore(ctx, func(s *store.Store) error {
		g := &group{host: h, store: s, display: pw}
		for _, plan := range plans {
			g.runs = append(g.runs, &run{
				ledger: &ledger{plan: plan, store: s}, host: h, display: shown.Of(pw, plan.Target), sent: &g.sent,
			})
		}
		g.adopt()
		return errors.Join(g.run(ctx, results), g.sweep(ctx, results))
	})
	return results, err
}

// adopt makes the runs know those that they take.
func (g *group) adopt() {
	for _, b := range g.runs {
		for _, other := range g.runs {
			if other.plan.Target != "" && slices.Contains(b.plan.Takes, other.plan.Target) {
				b.parents = append(b.parents, other)
			}
		}
	}
}

// run builds, and fills the results in.
func (g *group) run(ctx context.Context, results []Result) error {
	node, jobs, err := g.prepare(ctx)
	for i, b := range g.runs {
		results[i].Placed = b.placed
	}
	if err != nil {
		return err
	}
	onbuild := &onbuildWatch{Writer: g.display}
	watch := &steps.Watch{Writer: onbuild}
	works, seen := make([]builder.Work, 0, len(g.runs)), make([]lint.Input, 0, len(g.runs))
	for _, b := range g.runs {
		b.onbuild = onbuild
		work := b.work(ctx)
		for _, line := range check.Before(ctx, g.host, node, work.Request) {
			shown.Note(g.display, line)
		}
		b.show(b.display, b.placed)
		works, seen = append(works, work), append(seen, check.AtHand(ctx, g.host, node, work.Request))
	}
	err = node.BuildAll(ctx, works, jobs, builder.Sink{Store: g.store.Content(), Display: watch})
	var errs []error
	for i, b := range g.runs {
		var failed error
		b.endAhead(ctx, err)
		results[i], failed = b.ended(ctx, err)
		// what a Dockerfile is refused for, BuildKit has said
		own := watch.Of(b.plan.Target)
		results[i].Slow, _ = own.Emulated(ctx, seen[i])
		results[i].Emulated = own.Ran(seen[i])
		errs, err = append(errs, failed), nil // it is told once
	}
	if words := g.sent.String(); words != "" {
		shown.Note(g.display, "sent between machines: "+words)
	}
	return errors.Join(errs...)
}

// prepare looks at the engine, starts the builder, and decides what depends on them, and how much is done at once.
func (g *group) prepare(ctx context.Context) (*builder.Builder, int, error) {
	first := g.runs[0]
	for _, b := range g.runs {
		if err := b.open(ctx, first.bench); err != nil {
			return nil, 0, err
		}
	}
	plans := make([]Plan, 0, len(g.runs))
	for _, b := range g.runs {
		plans = append(plans, b.plan)
	}
	node, err := g.host.Builders().Boot(ctx, first.plan.Builder, needOf(plans...), g.display)
	if err != nil {
		return nil, 0, &UnreadyError{err}
	}
	for _, b := range g.runs {
		if err := b.place(ctx, node); err != nil {
			return nil, 0, err
		}
		if err := node.Check(b.plan.Platforms.Platforms); err != nil {
			return nil, 0, &UnreadyError{err}
		}
	}
	g.sayWhere()
	g.foresee(ctx)
	jobs := first.bench.Share(ctx)
	for _, b := range g.runs {
		b.bench.Slots = first.bench.Slots
	}
	return node, jobs, nil
}

// sayWhere says where platforms are tested, once for all targets.
func (g *group) sayWhere() {
	said := map[string]bool{}
	for _, b := range g.runs {
		for _, line := range b.bench.Wheres(b.plan.Platforms.Platforms) {
			if !said[line] {
				shown.Note(g.display, line)
			}
			said[line] = true
		}
	}
}

// sweep removes the drafts that there are to be none of, and their images in the engine.
func (g *group) sweep(ctx context.Context, results []Result) error {
	ctx = context.WithoutCancel(ctx) // also an interrupted build leaves none
	var errs []error
	for i, b := range g.runs {
		if !b.plan.Scratch {
			continue
		}
		_, _, err := drafts.RemoveNamed(ctx, g.host, g.store, b.plan.Names)
		errs = append(errs, err)
		for j := range results[i].Rows {
			results[i].Rows[j].Loaded = ""
		}
	}
	return errors.Join(errs...)
}
