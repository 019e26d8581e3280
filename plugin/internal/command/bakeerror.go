package command

import (
	"errors"
	"fmt"

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
		for _, r := range results {
			for _, err := range causes(r, s) {
				errs = append(errs, fmt.Errorf("target %q: %w", r.Plan.Target, err))
			}
		}
		if len(errs) > 0 {
			return failure.Wrap(s.Class(), errors.Join(errs...), line.String(),
				"No tag was touched. What went well is kept, and is not made again.")
		}
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
