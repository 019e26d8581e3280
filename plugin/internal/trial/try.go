package trial

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Try audits, loads and tests one image. Errors are a failed test of what they were found in, and recorded as one. What
// comes of it is weighed by all that the image has failed before.
func (b *Bench) Try(ctx context.Context, s Subject) (o Outcome) {
	b = b.at(s.image().Platform).pulling(s.from())
	account, b, err := b.account(ctx, s)
	defer func() {
		if err := account.end(); err != nil && o.Err == nil {
			o = o.Broke(err)
		}
	}()
	o = Outcome{Platform: s.image().Platform, State: draft.Untested}
	if err == nil {
		o, err = b.audit(ctx, s)
	}
	if err == nil && o.State == draft.Untested && b.Plan.Mode != Audit {
		o, err = b.tryWatched(ctx, s, o)
	}
	if err != nil && o.tested.verdict == localtest.Failed { // which holds, though not all tests were run
		account.settle(ctx, o, b.checks(o, account.behind))
	}
	if err != nil {
		return o.Stopped(ctx, err)
	}
	var later []debt.Cause
	if b.Plan.Alike().Required {
		later = append(later, debt.Parity)
	}
	return account.settle(ctx, o, b.checks(o, account.behind), later...)
}

// audit looks for programs of another platform. When there are none, the record of an audit that failed goes: the files
// are allowed by now, or the rules are others.
func (b *Bench) audit(ctx context.Context, s Subject) (Outcome, error) {
	wanted := b.wanted(s.image().Platform)
	o := Outcome{Platform: s.image().Platform, State: draft.Untested, Flags: wanted.Flags}
	found, err := s.audit(ctx)
	if err != nil {
		return o, err
	}
	o.Audit = &found
	before, recorded, err := record.Of(ctx, s, s.image())
	if err != nil {
		return o, err
	}
	o.held = before
	if len(found.Errors()) > 0 {
		o.State, o.Reason = draft.Failed, auditReason(found)
		o.record = failedAudit(wanted.AllowForeign)
		return o, nil
	}
	switch {
	case recorded && auditFailed(before):
		o.drop = true
	case recorded:
		o = o.found(before, s.ours())
	}
	return o, nil
}

// tryOut loads the image into the engine and runs its tests there.
func (b *Bench) tryOut(ctx context.Context, s Subject, o Outcome) (Outcome, error) {
	if b.Audited != nil {
		b.Audited()
	}
	held, err := s.load(ctx)
	var other *otherOSError
	switch {
	case errors.As(err, &other):
		if b.Plan.Mode >= Test {
			o.State, o.Reason = draft.NotRun, other.Error()
		}
		return o, nil
	case errors.Is(err, localtest.ErrUnpack):
		return o.unpackable(err), nil
	case err != nil:
		return o, b.lostHere(ctx, err)
	}
	o = b.placed(o)
	o.Loaded = held.name
	if b.Plan.Mode != Test {
		return o, nil
	}
	wanted, settings := b.wanted(o.Platform), b.settings(o.Platform)
	if reason := wanted.Skipped(o.Platform); reason != "" {
		return o.leftOut(reason, "tests"), nil
	}
	emulated := !b.Engine.Native(o.Platform)
	if b.reusable(o.Before, wanted.Tests, settings) && (!emulated || b.Plan.Emulation != EmulationNever) {
		o.State, o.Reused, o.Emulated = draft.Passed, true, emulated
		o.Report = reportOf(o.Before)
		return o, nil
	}
	image, err := held.describe(ctx)
	if err != nil {
		return o, err
	}
	if o, err = b.testHeld(ctx, held, image, o); err != nil {
		return o, err
	}
	o.waivedBefore = b.waivedBefore(o.held)
	if o.Node != "" {
		settings = append(settings, record.Setting{Name: "node", Value: o.Node})
	}
	return o.conclude(settings), nil
}

// testHeld is test, once more where the engine has lost the image meanwhile: another of the same bytes, under a name of
// somebody else, was removed there, and the layers with it. What has failed by then has failed.
func (b *Bench) testHeld(ctx context.Context, held Loaded, image localtest.Image, o Outcome) (Outcome, error) {
	tested, err := b.test(ctx, image, o)
	failed := tested.tested.verdict == localtest.Failed
	if held.again == nil || failed || !localtest.Removed(err) || ctx.Err() != nil {
		return tested, err
	}
	if err := held.again(ctx); err != nil {
		return tested, b.lostHere(ctx, failure.Wrap(errdefs.ErrNotReady, err, ""))
	}
	return b.test(ctx, image, o)
}

// test runs the tests of one image that the engine has.
func (b *Bench) test(ctx context.Context, image localtest.Image, o Outcome) (Outcome, error) {
	o.Emulated, o.Shell = image.Emulated, image.Shell
	if image.Emulated && b.Plan.Emulation != EmulationAllow {
		o = o.notEmulated(b.Plan.Emulation)
		o.Report.Verdict = localtest.NotRun
		return o, nil
	}
	var err error
	o.Report, err = b.runTests(ctx, image, b.wanted(o.Platform).Tests)
	if errors.Is(err, localtest.ErrUnpack) {
		o.Report.Verdict = localtest.Failed
		return o.unpackable(err), nil
	}
	o.tested.verdict, o.tested.reason = o.Report.Verdict, o.Report.Reason()
	if b.nodes != nil {
		o.Node, o.jobs = b.nodes.NodeOf(image.ID), b.nodes.Left(image.ID)
	}
	if err != nil {
		return o, failure.Wrap(errdefs.ErrNotReady, fmt.Errorf("testing %s: %w", platform.Format(o.Platform), err),
			b.docker()+" version")
	}
	o.State, o.Reason = stateOf(o.Report.Verdict), o.tested.reason
	return o, nil
}
