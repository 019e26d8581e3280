package plugin

import (
	"cmp"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// trialOutcome is what came of one image. It is made once, and never changed.
type trialOutcome struct {
	platform ocispec.Platform
	state    draft.State
	reason   string
	// audit is nil for an image the audit did not come to.
	audit  *audit.Report
	report localtest.Report
	// manual is what a person said of the image, now or before; nil: nothing.
	manual *record.Manual
	// loaded is the name of the image in the engine.
	loaded           string
	emulated, reused bool
	// record is what is to be recorded of the image, in the place of what was; nil: nothing. drop tells that what was
	// recorded goes, before that.
	record *record.Result
	drop   bool
	err    error

	// before is what is recorded of an image that a person is to be asked about.
	before record.Result
}

// trialState is the state of a platform whose tests came to a verdict.
func trialState(v localtest.Verdict) draft.State {
	switch v {
	case localtest.Passed:
		return draft.Passed
	case localtest.NothingToRun:
		return draft.NothingToRun
	case localtest.Failed:
		return draft.Failed
	case localtest.Inconclusive:
		return draft.Inconclusive
	case localtest.NotRun:
		return draft.NotRun
	case localtest.Skipped:
		return draft.Skipped
	}
	return draft.Untested
}

// failure is what stands in the draft against publishing this platform; empty: nothing.
func (o trialOutcome) failure() string {
	if o.stage() == stageNone {
		return ""
	}
	return strings.TrimPrefix(cmp.Or(o.reason, string(o.state)), "building "+manifest.FormatPlatform(o.platform)+": ")
}

// as is the outcome under another name of its platform.
func (o trialOutcome) as(p ocispec.Platform) trialOutcome {
	o.platform = p
	return o
}

// broke is the outcome of an image on whose way something else than the image went wrong.
func (o trialOutcome) broke(err error) trialOutcome {
	o.state, o.reason, o.err = draft.Broken, err.Error(), err
	o.record, o.drop = nil, false
	return o
}

// notEmulated is the outcome of an image that would need an emulator, which is not wanted.
func (o trialOutcome) notEmulated(choice emulationChoice) trialOutcome {
	o.state, o.reason = draft.NotRun, "it needs an emulator, and --emulation is "+string(choice)
	return o
}
