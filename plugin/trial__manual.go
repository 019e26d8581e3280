package plugin

import (
	"context"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// person answers what came of trying an image by hand.
type person interface {
	// Ask asks about one image that the engine holds. The answer is nil for an image that is left out.
	Ask(ctx context.Context, tried trialOutcome) (*record.Manual, error)
}

// ask has a person say what came of trying an image by hand, and returns the outcome with that. Nobody can try what
// could not be loaded, and nobody needs to try what failed.
func (b *bench) ask(ctx context.Context, who person, o trialOutcome) (trialOutcome, error) {
	o.emulated = !b.engine.Native(o.platform)
	switch {
	case o.state != draft.Untested:
		return o, nil
	case o.emulated && b.plan.emulation != emulationAllow:
		return o.notEmulated(b.plan.emulation), nil
	}
	said, err := who.Ask(ctx, o)
	if err != nil {
		return o, err
	}
	return b.take(o, said), nil
}

// take makes the answer the state of the platform, to be recorded beside what tests have said; nil: it was left out.
func (b *bench) take(o trialOutcome, said *record.Manual) trialOutcome {
	if said == nil {
		o.state, o.reason = draft.Skipped, "nobody looked at it"
		o.report = localtest.Report{Verdict: localtest.Skipped, Cases: []localtest.Case{{
			Name: record.ManualTest, Verdict: localtest.Skipped, Reason: o.reason,
		}}}
		return o
	}
	verdict := manualVerdict(*said)
	o.manual, o.state, o.reason = said, trialState(verdict), said.Name()
	o.report = localtest.Report{Verdict: verdict, Cases: []localtest.Case{manualCase(*said)}}
	if said.Remark != "" {
		o.reason += ": " + said.Remark
	}
	result := said.AddTo(o.before, b.manualSettings(o))
	o.record = &result
	return o
}

// manualSettings are what an image was tried by hand under.
func (b *bench) manualSettings(o trialOutcome) []record.Setting {
	settings := []record.Setting{b.engineSetting(o.platform)}
	if o.emulated {
		settings = append(settings, record.Setting{Name: "emulator", Value: b.emulators.identity(o.platform)})
	}
	return append(settings, record.AuditSettings(b.plan.allowForeign)...)
}

// lookedBefore takes over what somebody said of the very image by hand. Tests do not undo that: only another look does.
func (o trialOutcome) lookedBefore() trialOutcome {
	if o.manual = record.ManualIn(o.before); o.manual == nil {
		return o
	}
	o.report.Cases = append(o.report.Cases, manualCase(*o.manual))
	if o.manual.Passed || o.state == draft.Failed {
		return o
	}
	o.state, o.report.Verdict = draft.Failed, localtest.Failed
	o.reason = o.manual.Name() + ", which docker multiplat test --manual can change"
	if o.manual.Remark != "" {
		o.reason += ": " + o.manual.Remark
	}
	return o
}
