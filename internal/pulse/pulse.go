package pulse

import (
	"context"
	"time"
)

// Pulse says how somebody is asked.
type Pulse struct {
	// Every is the pause after an answer.
	Every time.Duration
	// Wait is how long an answer is waited for before the question is asked once more, and Misses how often in a row it
	// may stay away. An answer that comes later than that to an earlier question counts as well: who is busy is not gone.
	Wait   time.Duration
	Misses int
}

// Patience is how long somebody may be silent.
func (p Pulse) Patience() time.Duration { return time.Duration(p.Misses) * p.Wait }

// Lost asks until ctx ends, which is false, or until the answers stay away, which is true. An ask that fails is no
// answer, and is no sign of a loss either before there was an answer at all: then it is the asking that does not work.
// What stopped this process, or put the machine to sleep, stopped the answers as well: it costs one miss at most.
func (p Pulse) Lost(ctx context.Context, ask func(context.Context) error) bool {
	ctx, done := context.WithCancel(ctx)
	defer done()
	a := &asking{pulse: p, ask: ask, came: make(chan error)}
	for missed := 0; missed < p.Misses; { // the first question is asked at once: it opens the way for the others
		switch a.once(ctx) {
		case answered:
			if missed = 0; !a.pause(ctx) {
				return false
			}
		case silent:
			missed++
		case over:
			return false
		}
	}
	return true
}

// outcome is what came of a question.
type outcome int

const (
	answered outcome = iota
	silent
	over
)

// asking is one call of Lost.
type asking struct {
	pulse Pulse
	ask   func(context.Context) error
	// came are the answers, and the failures, of all questions.
	came chan error
	// known is true once there was an answer.
	known bool
}

// pause waits before the next question, and hears what still comes to earlier ones. It is false when ctx ends.
func (a *asking) pause(ctx context.Context) bool {
	timer := time.NewTimer(a.pulse.Every)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case err := <-a.came:
			a.known = a.known || err == nil
		case <-timer.C:
			return true
		}
	}
}

// once asks, and waits for an answer to this question or an earlier one. A failure is waited out like silence, so that
// one that comes at once is not three in a moment.
func (a *asking) once(ctx context.Context) outcome {
	go a.question(ctx)
	timer := time.NewTimer(a.pulse.Wait)
	defer timer.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return over
		case err := <-a.came:
			if err == nil {
				a.known = true
				return answered
			}
			failed = true
		case <-timer.C:
			if failed && !a.known {
				return answered
			}
			return silent
		}
	}
}

// question asks once, for as long as an answer can count.
func (a *asking) question(ctx context.Context) {
	asking, done := context.WithTimeout(ctx, a.pulse.Patience())
	defer done()
	err := a.ask(asking)
	if err != nil && asking.Err() != nil {
		return // that was silence
	}
	select {
	case a.came <- err:
	case <-ctx.Done():
	}
}
