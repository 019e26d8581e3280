package plugin

import (
	"errors"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// concluded shows what came of each platform, and then what can be done with it, or returns what is wrong. err is what
// went wrong with the whole.
func concluded(dockerCLI command.Cli, r buildResult, err error, format string, silent bool) error {
	if shown := showRows(dockerCLI, r, format, silent); err == nil {
		err = shown
	}
	if err == nil {
		err = errorOf(r)
	}
	if err != nil || r.plan.published() { // whoever tests that prints what was pushed
		return err
	}
	return showSuccess(dockerCLI, r, format, silent)
}

// errorOf is the error of a build or test: the first stage that failed on any platform decides it.
func errorOf(r buildResult) error {
	if err := damaged(r); err != nil {
		return err
	}
	for s := stageBuild; s < stages; s++ {
		if err := failedAt(r, s); err != nil {
			return err
		}
	}
	return nil
}

// damaged looks for errors of integrity: whatever else went wrong, the user must hear of them.
func damaged(r buildResult) error {
	var errs []error
	for _, row := range r.rows {
		if codeOf(row.err) == exitIntegrity {
			errs = append(errs, row.err)
		}
	}
	return errors.Join(errs...)
}

// failedAt makes one error of the platforms that failed at the same stage.
func failedAt(r buildResult, at stage) error {
	var errs []error
	for _, row := range r.rows {
		if row.stage() == at {
			errs = append(errs, errorOfRow(r, row))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	name := reference.FamiliarString(r.plan.name)
	next := ""
	if at == stageTest || at == stageInconclusive {
		next = tryByHand(r, at)
	}
	notes := []string{fmt.Sprintf("%s cannot be published like this. No tag was touched.", name)}
	if next != "" && !r.plan.published() && afterAudit(r) == "" {
		notes = append(notes, "test it once more with: docker multiplat test "+name)
	}
	return fail(at.class(), errors.Join(errs...), next, notes...)
}

// errorOfRow is the error of one platform: each file that the audit found is in it, where nothing else went wrong.
func errorOfRow(r buildResult, row buildRow) error {
	p := manifest.FormatPlatform(row.platform)
	verb := "build"
	if r.plan.published() {
		verb = "test"
	}
	switch {
	case row.err != nil:
		return row.err
	case row.audit != nil && len(row.audit.Errors()) > 0:
		return auditError(p, *row.audit, verb)
	}
	return fmt.Errorf("%s: %s", p, row.failure())
}
