package trial

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// tryWatched is tryOut on an engine that may be lost. Elsewhere than on the one in use, what was tested is inconclusive
// then, and not in error.
func (b *Bench) tryWatched(ctx context.Context, s Subject, o Outcome) (Outcome, error) {
	living, done := b.living(ctx)
	defer done()
	tried, err := b.tryOut(living, s, o)
	if err == nil || ctx.Err() != nil || b.place == "" {
		return tried, err
	}
	var quiet *silence
	if errors.As(context.Cause(living), &quiet) {
		err = quiet
	} else if !failure.Is(err, errdefs.ErrNotReady) || errors.Is(err, localtest.ErrIdentity) {
		return tried, err
	}
	return b.lost(tried, err), nil
}

// lostHere says of the engine in use that it was lost, where that is why something failed.
func (b *Bench) lostHere(living context.Context, err error) error {
	quiet, is := errors.AsType[*silence](context.Cause(living))
	if err == nil || !is || b.place != "" {
		return err
	}
	return failure.Wrap(errdefs.ErrNotReady, fmt.Errorf("the engine at %s was lost: %w", b.Engine.Host, quiet),
		b.docker()+" version")
}

// runTests runs the tests of an image.
func (b *Bench) runTests(ctx context.Context, image localtest.Image, spec localtest.Spec) (localtest.Report, error) {
	if b.nodes != nil {
		return localtest.Run(ctx, b.nodes, image, spec, b.Display)
	}
	report, err := localtest.Run(ctx, b.host.EngineClient(), image, spec, b.Display)
	return report, b.lostHere(ctx, err)
}

// placed takes down which engine has an image, or was to have it, where that is not the one in use, and how it runs
// there.
func (b *Bench) placed(o Outcome) Outcome {
	if o.On = b.placeName(); o.On != "" {
		o.Emulated = !b.Engine.Native(o.Platform)
	}
	return o
}

// lost is the outcome of an image whose engine went away while it was loaded or tested. A test that has failed before
// has failed.
func (b *Bench) lost(o Outcome, err error) Outcome {
	o = b.placed(o)
	o.Err, o.Lost = nil, true
	reason := fmt.Sprintf("the engine of %s, at %s, was lost: %s", b.place, b.Engine.Host, visible.Line(err.Error()))
	if b.cluster != nil {
		reason = fmt.Sprintf("%s, at %s: %s", b.cluster.Name(), b.Engine.Host, visible.Line(causeOf(err).Error()))
		if len(o.jobs) > 0 {
			jobs := strings.Join(o.jobs, " ")
			reason += fmt.Sprintf("; Job %s may be left there: the next test there removes it, or: %s", jobs,
				b.nodes.RemovedBy(jobs))
		}
	}
	o.Report.Cases = append(o.Report.Cases, localtest.Case{
		Name: b.kind(), Verdict: localtest.Inconclusive, Reason: reason,
	})
	if o.tested.verdict == localtest.Failed {
		o.State, o.Reason, o.Report.Verdict = draft.Failed, o.tested.reason, localtest.Failed
		return o
	}
	o.tested.verdict, o.tested.reason = "", ""
	o.State, o.Reason, o.Report.Verdict, o.drop = draft.Inconclusive, reason, localtest.Inconclusive, true
	return o
}
