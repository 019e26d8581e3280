package trial

import (
	"cmp"
	"context"
	"errors"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Outcome is what came of one image. It is made once, and never changed.
type Outcome struct {
	Platform ocispec.Platform
	State    draft.State
	Reason   string
	// Audit is nil for an image the audit did not come to.
	Audit  *audit.Report
	Report localtest.Report
	// Manual is what a person said of the image, now or before; nil: nothing.
	Manual *record.Manual
	// Loaded is the name of the image in the engine; On is the docker context, or the address, of that engine, where it
	// is not the one in use.
	Loaded, On string
	// Node is the node of the cluster that ran the tests; empty: an engine did.
	Node             string
	Emulated, Reused bool
	// Shell tells that the image has a shell, as far as its history shows.
	Shell bool
	// record is what is to be recorded of the image, in the place of what was; nil: nothing. drop tells that what was
	// recorded goes, before that.
	record *record.Result
	drop   bool
	// held is what was recorded of the image when it came; waivedBefore says of a published image that it was let through.
	held         record.Result
	waivedBefore []string
	// jobs are those in a cluster that could not be taken away.
	jobs []string
	// tested is what the tests came to that were run now.
	tested struct {
		verdict localtest.Verdict
		reason  string
	}
	// unlike tells that it is not the app that other platforms are, where it has to be.
	unlike bool
	// account is what the image has failed; nil where it did not come to that.
	account *account
	Err     error
	// Interrupted tells that it was told to stop, which says nothing of the image.
	Interrupted bool
	// Lost tells that what was to test it went away.
	Lost bool
	// Packed tells that the engine cannot unpack the image, and that it is the image's fault.
	Packed bool

	// Before is what is recorded of an image on this machine. refused is who said no to it by the record in a registry,
	// which anybody may have written who may push there; nil: nobody.
	Before  record.Result
	refused *record.Manual
	// Flags are the tests that the image was to be put to, as they are written on a command line.
	Flags []string
}

// stateOf is the state of a platform whose tests came to a verdict.
func stateOf(v localtest.Verdict) draft.State {
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

// Verdict is what came of the image, in the word of the display: of one that was called off nothing is known.
func (o Outcome) Verdict() string {
	if o.Interrupted || o.State == draft.NotBuilt && o.Reason == draft.UnfinishedReason {
		return shown.Canceled
	}
	return string(o.State)
}

// Failure is what stands in the draft against publishing this platform; empty: nothing.
func (o Outcome) Failure() string {
	if o.Stage() == StageNone {
		return ""
	}
	return strings.TrimPrefix(cmp.Or(o.Reason, string(o.State)), "building "+platform.Format(o.Platform)+": ")
}

// As is the outcome under another name of its platform.
func (o Outcome) As(p ocispec.Platform) Outcome {
	o.Platform = p
	return o
}

// Broke is the outcome of an image on whose way something else than the image went wrong.
func (o Outcome) Broke(err error) Outcome {
	o.State, o.Reason, o.Err = draft.Broken, err.Error(), err
	o.record, o.drop = nil, false
	return o
}

// Stopped is the outcome of an image on whose way an error has ended the work. Where somebody has told it to stop, what
// is known of the image by then holds: one that has passed the audit is untested, and of another it is not known
// whether it is fit to be tested.
func (o Outcome) Stopped(ctx context.Context, err error) Outcome {
	audited := o.Audit != nil && len(o.Audit.Errors()) == 0
	o = o.Broke(err)
	switch {
	case ctx.Err() == nil || failure.ExitCode(err) == failure.ExitIntegrity:
		return o
	case audited:
		o.State, o.Reason = draft.Untested, ""
	default:
		o.State, o.Reason = draft.Unfinished, draft.UnfinishedReason
	}
	o.Interrupted = true
	return o
}

// unpackable is the outcome of an image that the engine cannot unpack.
func (o Outcome) unpackable(err error) Outcome {
	var cause *localtest.UnpackError
	if errors.As(err, &cause) {
		err = cause // without what was being done
	}
	o.State, o.Reason, o.Packed = draft.Failed, err.Error(), true
	return o
}

// leftOut is the outcome of an image that is not tried, for a reason of people. What was recorded of it goes.
func (o Outcome) leftOut(reason, test string) Outcome {
	o.State, o.Reason, o.drop = draft.Skipped, reason, true
	o.Report = localtest.Report{Verdict: localtest.Skipped, Cases: []localtest.Case{{
		Name: test, Verdict: localtest.Skipped, Reason: reason,
	}}}
	return o
}

// notEmulated is the outcome of an image that would need an emulator, which is not wanted.
func (o Outcome) notEmulated(choice Emulation) Outcome {
	o.State, o.Reason = draft.NotRun, "it needs an emulator, and --emulation is "+string(choice)
	return o
}
