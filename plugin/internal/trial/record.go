package trial

import (
	"context"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// reusable tells whether a record is that of the very image having passed the very tests already. Nothing but PASSED is
// reused: a flaky failure would stick.
func (b *Bench) reusable(before record.Result, tests localtest.Spec, settings []record.Setting) bool {
	return b.Plan.Reuse && tests.Hermetic() && passedWith(before, settings)
}

// passedWith tells whether a record says that tests under these settings have passed.
func passedWith(before record.Result, settings []record.Setting) bool {
	return before.Result == record.Passed && slices.Equal(record.WithoutManual(before.Configuration), settings)
}

// waivedBefore says what a record of what is published tells of a waiver, which the next record is not to lose.
func (b *Bench) waivedBefore(held record.Result) (said []string) {
	if !b.Plan.Published() {
		return nil
	}
	const waived = "as the record in the registry said, waived before: "
	for _, name := range held.Warned {
		if strings.HasPrefix(name, waived) {
			said = append(said, record.Printable(name))
		}
	}
	if held.Result == record.Warned {
		said = append(said, waived+record.Printable(held.Reason))
	}
	return said
}

// reportOf makes a report of a record; how long the tests took then is not known.
func reportOf(before record.Result) localtest.Report {
	report := localtest.Report{Verdict: localtest.Passed}
	for _, name := range before.Passed {
		report.Cases = append(report.Cases, localtest.Case{Name: name, Verdict: localtest.Passed})
	}
	for _, name := range before.Warned {
		report.Cases = append(report.Cases, localtest.Case{Name: name, Verdict: localtest.Skipped})
	}
	return report
}

// resultOf is what is to be recorded of a report; nil for what is neither passed nor failed.
func resultOf(report localtest.Report, settings []record.Setting) *record.Result {
	result := record.Result{Configuration: settings}
	switch {
	case report.Verdict.Good():
		result.Result = record.Passed
	case report.Verdict == localtest.Failed:
		result.Result = record.Failed
	default:
		return nil
	}
	for _, c := range report.Cases {
		switch c.Verdict {
		case localtest.Passed, localtest.NothingToRun:
			result.Passed = append(result.Passed, c.Name)
		case localtest.Failed:
			result.Failed = append(result.Failed, c.Name)
		default:
			result.Warned = append(result.Warned, c.Name)
		}
	}
	return &result
}

// KeepRecord writes what an outcome says is to be recorded of an image into its attestation manifest, and returns the
// image as it is then. The name is what the record speaks of.
func KeepRecord(
	ctx context.Context, at record.ReadWriter, image manifest.Image, name string, o Outcome,
) (manifest.Image, error) {
	var err error
	if o.drop {
		if image, err = record.Drop(ctx, at, image); err != nil {
			return image, err
		}
	}
	if o.record == nil {
		return image, nil
	}
	return record.Add(ctx, at, image, name, *o.record)
}
