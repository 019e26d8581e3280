package plugin

import (
	"context"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// testRules is the version of how tests are run and judged. A change of it ends the reuse of older verdicts.
const testRules = "2"

// passedBefore returns the record of the very image having passed the very tests already. Nothing but PASSED is reused:
// a flaky failure would stick.
func passedBefore(
	ctx context.Context, s *store.Store, image manifest.Image, settings []record.Setting,
) (record.Result, bool, error) {
	rec, ok, err := record.Of(ctx, s, image)
	if err != nil || !ok {
		return rec, false, err
	}
	same := slices.Equal(record.WithoutManual(rec.Configuration), settings)
	return rec, rec.Result == record.Passed && same, nil
}

// judgement is what is to be recorded of one image.
type judgement struct {
	// name is the reference the record speaks of.
	name     string
	report   localtest.Report
	settings []record.Setting
}

// recordVerdict puts a verdict into the attestation manifest of an image. What is neither passed nor failed
// leaves no record, and takes away one that says otherwise.
func recordVerdict(ctx context.Context, s *store.Store, image *manifest.Image, now judgement) (err error) {
	if result, ok := now.result(); ok {
		*image, err = record.Add(ctx, s, s, *image, now.name, result)
	} else {
		*image, err = record.Drop(ctx, s, s, *image)
	}
	return err
}

// result is the judgement as it is recorded; ok is false for what is neither passed nor failed.
func (j judgement) result() (result record.Result, ok bool) {
	result.Configuration = j.settings
	switch {
	case j.report.Verdict.Good():
		result.Result = record.Passed
	case j.report.Verdict == localtest.Failed:
		result.Result = record.Failed
	default:
		return result, false
	}
	for _, c := range j.report.Cases {
		switch c.Verdict {
		case localtest.Passed, localtest.NothingToRun:
			result.Passed = append(result.Passed, c.Name)
		case localtest.Failed:
			result.Failed = append(result.Failed, c.Name)
		default:
			result.Warned = append(result.Warned, c.Name)
		}
	}
	return result, true
}
