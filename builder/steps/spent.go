package steps

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/internal/order"
)

// What is worth saying: so much time, and so many times as long; more time where nothing is known to compare it with.
const (
	muchTime    = 10 * time.Second
	manyTimes   = 3
	muchUnknown = 30 * time.Second
)

// Step is one that an emulator ran.
type Step struct {
	// Instruction is as it stands in the Dockerfile, without the flags of RUN: what build arguments fill in is nobody's
	// business.
	Instruction string
	Took        time.Duration
	// Native is how long the same instruction took in this build on a platform that needs no emulator; 0: not known.
	Native time.Duration
	// Rule is the rule of package lint that would help, and URL its page; empty: none would.
	Rule, URL string
}

// Spent is what one platform's build spent under an emulator.
type Spent struct {
	Platform ocispec.Platform
	// Steps are those that ran, the longest first.
	Steps []Step
}

// Took is the time of all of them.
func (s Spent) Took() time.Duration {
	var total time.Duration
	for _, step := range s.Steps {
		total += step.Took
	}
	return total
}

// Times is how many times as long the steps took as natively, of those where that is known; 0: of none it is.
func (s Spent) Times() float64 {
	var emulated, native time.Duration
	for _, step := range s.Steps {
		if step.Native > 0 {
			emulated, native = emulated+step.Took, native+step.Native
		}
	}
	if native == 0 {
		return 0
	}
	return float64(emulated) / float64(native)
}

// Much tells whether it is worth saying.
func (s Spent) Much() bool {
	var unknown time.Duration
	for _, step := range s.Steps {
		if step.Native == 0 {
			unknown += step.Took
		}
	}
	return unknown > muchUnknown || s.Took() > muchTime && s.Times() > manyTimes
}

// Emulated is what was spent under emulators, of platforms in their order where it is worth saying. in is the
// Dockerfile as each platform's build sees it: only there stands which stages run on the build platform.
func (w *Watch) Emulated(ctx context.Context, in lint.Input) ([]Spent, error) {
	found, err := lint.Check(ctx, in)
	if err != nil {
		return nil, err
	}
	natives, emulated := w.sort(in)
	var out []Spent
	for _, view := range in.Views {
		spent := Spent{Platform: view.Platform}
		for p, took := range emulated {
			if p.view == view {
				step := Step{Instruction: p.instruction(), Took: took, Native: natives[p.key]}
				step.Rule, step.URL = p.advice(found)
				spent.Steps = append(spent.Steps, step)
			}
		}
		order.Stable(spent.Steps, func(x, y Step) int {
			return cmp.Or(cmp.Compare(y.Took, x.Took), cmp.Compare(x.Instruction, y.Instruction))
		})
		if spent.Much() {
			out = append(out, spent)
		}
	}
	return out, nil
}

// Ran tells of each step that runs a program whether an emulator ran it. What the Dockerfile does not show is not
// there.
func (w *Watch) Ran(in lint.Input) map[digest.Digest]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	ran := map[digest.Digest]bool{}
	for v := range w.steps {
		if p, ok := find(in.Views, v.name); ok {
			ran[v.id] = in.Emulated(p.stage.Platform)
		}
	}
	return ran
}

// sort tells the steps that ran natively from those that were emulated. Of an instruction that ran on several native
// platforms the longest counts.
func (w *Watch) sort(in lint.Input) (natives map[string]time.Duration, emulated map[place]time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	natives, emulated = map[string]time.Duration{}, map[place]time.Duration{}
	for v, t := range w.steps {
		p, ok := find(in.Views, v.name)
		took := t.took()
		switch {
		case !ok || took <= 0:
		case in.Emulated(p.stage.Platform):
			emulated[p] += took
		default:
			natives[p.key] = max(natives[p.key], took)
		}
	}
	return natives, emulated
}

// advice is the rule that would make a step native. In a stage other than the last its cure is for the whole stage.
func (p place) advice(found []lint.Finding) (rule, url string) {
	from, to := p.lines()
	for _, f := range found {
		if f.Rule == "EmulatedCompiler" && f.Line >= from && f.Line <= to &&
			slices.Contains(f.Platforms, platforms.FormatAll(p.view.Platform)) {
			return f.Rule, f.URL
		}
	}
	return "", ""
}

// lines are those in which a finding is about the step: those of the stage, or of the instruction in the last one.
func (p place) lines() (from, to int) {
	if p.stage == p.view.Target {
		if p.run == nil {
			return 0, 0
		}
		return dockerfile.Start(p.run.Location()), dockerfile.End(p.run.Location())
	}
	for _, c := range p.stage.Commands {
		to = max(to, dockerfile.End(c.Location()))
	}
	return dockerfile.Start(p.stage.Location), to
}
