package trial

import (
	"context"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// Person answers what came of trying an image by hand.
type Person interface {
	// Ask asks about one image that the engine holds. The answer is nil for an image that is left out.
	Ask(ctx context.Context, tried Outcome) (*record.Manual, error)
}

// Ask has a person say what came of trying an image by hand, and returns the outcome with that. Nobody can try what
// could not be loaded, and nobody needs to try what failed.
func (b *Bench) Ask(ctx context.Context, who Person, o Outcome) (Outcome, error) {
	b = b.at(o.Platform)
	o.Emulated = !b.Engine.Native(o.Platform)
	switch {
	case o.State != draft.Untested:
		return o, nil
	case o.Emulated && b.Plan.Emulation != EmulationAllow:
		return o.notEmulated(b.Plan.Emulation), nil
	}
	if owed := o.looked(); owed.State != draft.Untested {
		return owed, nil
	}
	said, err := who.Ask(ctx, o)
	if err != nil {
		return o, err
	}
	if o = b.take(o, said); o.account == nil || o.State == draft.Skipped {
		return o, nil
	}
	c := debt.Check{Cause: debt.Look}
	if !o.State.Good() {
		c.Verdict, c.Reason = debt.Failed, lookedReason(*said)
	}
	return o.account.settle(ctx, o, []debt.Check{c}), nil
}

// looked is the outcome of a look that finds nothing, where the image has failed what no look makes up for. Nobody
// needs to look then; else it is as it was.
func (o Outcome) looked() Outcome {
	if o.account == nil {
		return o
	}
	owed := o.account.book.Without(debt.Look)
	switch why := owed.Why(debt.Run{}); {
	case len(owed.Failing()) > 0:
		return o.still(draft.Failed, localtest.Failed, why)
	case len(owed.Standing()) > 0:
		return o.still(draft.Inconclusive, localtest.Inconclusive, why)
	}
	return o
}

// lookedReason says what somebody has said of an image, and what changes it.
func lookedReason(m record.Manual) string {
	reason := m.Name() + ", which docker multiplat test --manual can change"
	if m.Remark != "" {
		reason += ": " + m.Remark
	}
	return reason
}

// take makes the answer the state of the platform, to be recorded beside what tests have said; nil: it was left out.
func (b *Bench) take(o Outcome, said *record.Manual) Outcome {
	if said == nil {
		o.State, o.Reason = draft.Skipped, "nobody looked at it"
		o.Report = localtest.Report{Verdict: localtest.Skipped, Cases: []localtest.Case{{
			Name: record.ManualTest, Verdict: localtest.Skipped, Reason: o.Reason,
		}}}
		return o
	}
	verdict := manualVerdict(*said)
	o.Manual, o.State, o.Reason = said, stateOf(verdict), said.Name()
	o.Report = localtest.Report{Verdict: verdict, Cases: []localtest.Case{manualCase(*said)}}
	if said.Remark != "" {
		o.Reason += ": " + said.Remark
	}
	result := said.AddTo(o.Before, b.manualSettings(o))
	o.record = &result
	return o
}

// manualSettings are what an image was tried by hand under.
func (b *Bench) manualSettings(o Outcome) []record.Setting {
	settings := []record.Setting{b.engineSetting(o.Platform)}
	if b.place != "" {
		settings = append(settings, record.Setting{Name: "engine name", Value: b.place})
	}
	if o.Emulated {
		settings = append(settings, record.Setting{Name: "emulator", Value: b.emulators.Identity(o.Platform)})
	}
	return append(settings, record.AuditSettings(b.wanted(o.Platform).AllowForeign)...)
}

// found takes note of what was recorded of the image. Of what stands in a registry nothing is believed, and nothing
// becomes a statement of ours, but that somebody has said no.
func (o Outcome) found(before record.Result, ours bool) Outcome {
	if ours {
		o.Before = before
		return o
	}
	if said := record.ManualIn(before); said != nil && !said.Passed {
		o.refused = said
	}
	return o
}

// conclude makes the record of tests that were run under some settings, with what was said of the image by hand.
func (o Outcome) conclude(settings []record.Setting) Outcome {
	if o.refused != nil {
		o.State, o.Report.Verdict = draft.Failed, localtest.Failed
		o.Reason = "the record in the registry says: " + o.refused.Name()
		if o.refused.Remark != "" {
			o.Reason += ": " + o.refused.Remark
		}
		return o
	}
	o = o.lookedBefore()
	o.record = resultOf(o.Report, append(settings, o.Manual.Settings()...))
	o.drop = o.drop || o.record == nil
	return o
}

// lookedBefore takes over what somebody said of the very image by hand. Tests do not undo that: only another look does.
func (o Outcome) lookedBefore() Outcome {
	if o.Manual = record.ManualIn(o.Before); o.Manual == nil {
		return o
	}
	o.Report.Cases = append(o.Report.Cases, manualCase(*o.Manual))
	if o.Manual.Passed || o.State == draft.Failed {
		return o
	}
	o.State, o.Report.Verdict = draft.Failed, localtest.Failed
	o.Reason = lookedReason(*o.Manual)
	return o
}
