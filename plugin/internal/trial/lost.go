package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// An engine elsewhere is asked for a sign of life, on a connection that carries nothing else: what a network loses is
// told by no other. One that does not answer so many times in a row is lost.
const (
	lifeEvery = 5 * time.Second
	lifeLimit = 8 * time.Second
	lifeTries = 3
)

// silence says that an engine gives no sign of life.
type silence struct{ last error }

// Error implements error.
func (s *silence) Error() string {
	return fmt.Sprintf("it gives no sign of life (asked %d times, waiting %s each): %s", lifeTries, lifeLimit, s.last)
}

// Unwrap gives what it said last.
func (s *silence) Unwrap() error { return s.last }

// pinger is what can be asked for a sign of life.
type pinger interface {
	Ping(ctx context.Context, options dockerclient.PingOptions) (dockerclient.PingResult, error)
}

// alive returns a context that ends when an engine gives no sign of life any more, or when done is called.
func alive(ctx context.Context, engine pinger) (living context.Context, done func()) {
	living, cancel := context.WithCancelCause(ctx)
	go func() {
		every := time.NewTicker(lifeEvery)
		defer every.Stop()
		for {
			select {
			case <-living.Done():
				return
			case <-every.C:
			}
			if err := silent(living, engine); err != nil && living.Err() == nil {
				cancel(&silence{err})
				return
			}
		}
	}()
	return living, func() { cancel(nil) }
}

// silent asks for a sign of life; the error is that of an engine that gives none.
func silent(ctx context.Context, engine pinger) (err error) {
	for range lifeTries {
		limited, done := context.WithTimeout(ctx, lifeLimit)
		_, err = engine.Ping(limited, dockerclient.PingOptions{})
		done()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return err
}

// tryElsewhere is tryOut on an engine that may be lost: what was tested there is inconclusive then, and not in error.
func (b *Bench) tryElsewhere(ctx context.Context, s Subject, o Outcome) (Outcome, error) {
	if b.place == "" {
		return b.tryOut(ctx, s, o)
	}
	living, done := alive(ctx, b.host.EngineClient())
	defer done()
	tried, err := b.tryOut(living, s, o)
	if err == nil || ctx.Err() != nil {
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

// lost is the outcome of an image whose engine went away while it was loaded or tested. A test that has failed before
// has failed.
func (b *Bench) lost(o Outcome, err error) Outcome {
	o.On, o.Err = b.place, nil
	reason := fmt.Sprintf("the engine of %s, at %s, was lost: %s", b.place, b.Engine.Host, visible.Line(err.Error()))
	o.Report.Cases = append(o.Report.Cases, localtest.Case{
		Name: "engine of " + b.place, Verdict: localtest.Inconclusive, Reason: reason,
	})
	if o.tested.verdict == localtest.Failed {
		o.State, o.Reason, o.Report.Verdict = draft.Failed, o.tested.reason, localtest.Failed
		return o
	}
	o.tested.verdict, o.tested.reason = "", ""
	o.State, o.Reason, o.Report.Verdict, o.drop = draft.Inconclusive, reason, localtest.Inconclusive, true
	return o
}
