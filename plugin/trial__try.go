package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// try audits, loads and tests one image. Errors are a failed test of what they were found in, and recorded as one.
func (b *bench) try(ctx context.Context, s subject) trialOutcome {
	o, err := b.audit(ctx, s)
	if err == nil && o.state == draft.Untested && b.plan.mode != auditMode {
		o, err = b.tryOut(ctx, s, o)
	}
	if err != nil {
		return o.broke(err)
	}
	return o
}

// audit looks for programs of another platform. When there are none, the record of an audit that failed goes: the files
// are allowed by now, or the rules are others.
func (b *bench) audit(ctx context.Context, s subject) (trialOutcome, error) {
	o := trialOutcome{platform: s.image().Platform, state: draft.Untested}
	found, err := s.audit(ctx)
	if err != nil {
		return o, err
	}
	o.audit = &found
	if len(found.Errors()) > 0 {
		o.state, o.reason = draft.Failed, auditReason(found)
		o.record = failedAudit(b.plan.allowForeign)
		return o, nil
	}
	before, recorded, err := record.Of(ctx, s, s.image())
	switch {
	case err != nil:
		return o, err
	case recorded && auditFailed(before):
		o.drop = true
	case recorded:
		o.before = before
	}
	return o, nil
}

// tryOut loads the image into the engine and runs its tests there.
func (b *bench) tryOut(ctx context.Context, s subject, o trialOutcome) (trialOutcome, error) {
	held, err := s.load(ctx)
	var other *otherOSError
	switch {
	case errors.As(err, &other):
		if b.plan.mode >= testMode {
			o.state, o.reason = draft.NotRun, other.Error()
		}
		return o, nil
	case err != nil:
		return o, err
	}
	o.loaded = held.name
	if b.plan.mode != testMode {
		return o, nil
	}
	settings := b.settings(o.platform)
	if b.reusable(o.before, settings) {
		o.state, o.reused, o.emulated = draft.Passed, true, !b.engine.Native(o.platform)
		o.report = reportOf(o.before)
		return o, nil
	}
	image, err := held.describe(ctx)
	if err != nil {
		return o, err
	}
	if o, err = b.test(ctx, image, o); err != nil {
		return o, err
	}
	o = o.lookedBefore()
	o.record = resultOf(o.report, append(settings, o.manual.Settings()...))
	o.drop = o.drop || o.record == nil
	return o, nil
}

// test runs the tests of one image that the engine has.
func (b *bench) test(ctx context.Context, image localtest.Image, o trialOutcome) (trialOutcome, error) {
	o.emulated = image.Emulated
	if image.Emulated && b.plan.emulation != emulationAllow {
		o = o.notEmulated(b.plan.emulation)
		o.report.Verdict = localtest.NotRun
		return o, nil
	}
	var err error
	o.report, err = localtest.Run(ctx, b.host.engineClient(), image, b.plan.tests, b.display)
	if err != nil {
		return o, fail(builder.ErrNotReady, fmt.Errorf("testing %s: %w", manifest.FormatPlatform(o.platform), err),
			"docker version")
	}
	o.state, o.reason = trialState(o.report.Verdict), o.report.Reason()
	return o, nil
}
