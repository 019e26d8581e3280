package command

import (
	"errors"
	"fmt"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// errorOfTargets is the error of a bake: the first stage that failed on any platform of any target decides it.
func errorOfTargets(results []build.Result, line advice.Line) error {
	for _, r := range results {
		if err := damaged(r, line); err != nil {
			return fmt.Errorf("target %q: %w", r.Plan.Target, err)
		}
	}
	for s := trial.StageBuild; s < trial.Stages; s++ {
		var errs []error
		var holders []string
		for _, r := range results {
			found := causes(r, s)
			for _, err := range found {
				errs = append(errs, fmt.Errorf("target %q: %w", r.Plan.Target, err))
			}
			if len(found) > 0 && s >= trial.StageTest {
				holders = append(holders, r.Holders...)
			}
		}
		if len(errs) == 0 {
			continue
		}
		notes := []string{"No tag was touched. What went well is kept, and is not made again."}
		if slices.Sort(holders); len(holders) > 0 {
			notes = append(notes, advice.Forgetting(slices.Compact(holders)))
		}
		return failure.Wrap(s.Class(), errors.Join(errs...), line.String(), notes...)
	}
	return nil
}

// causes are what failed of one target at a stage.
func causes(r build.Result, at trial.Stage) (errs []error) {
	var tests failures
	for _, row := range r.Rows {
		if row.Stage() == at && !tests.add(row) {
			errs = append(errs, errorOfRow(r, row))
		}
	}
	return append(errs, tests.errs()...)
}
