package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// conclusion is how a command shows what came of a build or test.
type conclusion struct {
	dockerCLI command.Cli
	format    string
	how       view.Showing
	// line is the command that does the same once more.
	line advice.Line
}

// concluded shows what came of each platform, and then what can be done with it, or returns what is wrong. err is what
// went wrong with the whole.
func (c conclusion) concluded(r build.Result, err error) error {
	if shown := view.Rows(c.dockerCLI, r, c.format, c.how); err == nil {
		err = shown
	}
	if err == nil {
		err = errorOf(r, c.line)
	}
	if err != nil || r.Plan.Published() { // whoever tests that prints what was pushed
		return err
	}
	return view.Success(c.dockerCLI, r, c.format, c.how.Silent)
}

// errorOf is the error of a build or test: the first stage that failed on any platform decides it.
func errorOf(r build.Result, line advice.Line) error {
	if err := damaged(r, line); err != nil {
		return err
	}
	for s := trial.StageBuild; s < trial.Stages; s++ {
		if err := failedAt(r, s, line); err != nil {
			return err
		}
	}
	return nil
}

// damaged looks for errors of integrity: whatever else went wrong, the user must hear of them.
// What is damaged in the store is dropped by then, and a build brings it anew.
func damaged(r build.Result, line advice.Line) error {
	var errs []error
	for _, row := range r.Rows {
		if failure.ExitCode(row.Err) == failure.ExitIntegrity {
			errs = append(errs, row.Err)
		}
	}
	err := errors.Join(errs...)
	if !errors.Is(err, store.ErrCorrupt) || r.Plan.Published() {
		return err
	}
	return failure.Wrap(nil, err, advice.BuildAnew(r, line), "No tag was touched.")
}

// failedAt makes one error of the platforms that failed at the same stage.
func failedAt(r build.Result, at trial.Stage, line advice.Line) error {
	var errs []error
	var tests failures
	var asked []string
	for _, row := range r.Rows {
		if row.Stage() != at {
			continue
		}
		asked = append(asked, row.Tests...)
		if !tests.add(row) {
			errs = append(errs, errorOfRow(r, row))
		}
	}
	if errs = append(errs, tests.errs()...); len(errs) == 0 {
		return nil
	}
	next, more := advice.AfterStage(r, at, line)
	notes := append([]string{stands(r, at)}, more...)
	if len(r.Plan.Own) > 0 {
		asked = nil // a test that says none repeats for each platform its own
	}
	if at >= trial.StageTest && len(r.Holders) > 0 {
		notes = append(notes, advice.Forgetting(r.Holders))
	}
	if overdue(r, at) {
		asked = advice.Longer(asked)
	}
	if again := advice.Again(r, at, asked); again != "" && (next == "" || !strings.HasSuffix(again, ": "+next)) {
		notes = append(notes, again)
	}
	return failure.Wrap(at.Class(), errors.Join(errs...), next, notes...)
}

// overdue tells that a test of a stage was not done in its time.
func overdue(r build.Result, at trial.Stage) bool {
	return slices.ContainsFunc(r.Rows, func(row build.Row) bool { return row.Stage() == at && row.Report.Overdue() })
}

// stands says how a draft stands after what failed at a stage.
func stands(r build.Result, at trial.Stage) string {
	if at == trial.StageBuild && !r.Begun {
		return "Nothing was built. No draft and no tag was touched."
	}
	return reference.FamiliarString(r.Plan.Name) + " cannot be published like this. No tag was touched."
}

// errorOfRow is the error of one platform: each file that the audit found is in it, where nothing else went wrong.
func errorOfRow(r build.Result, row build.Row) error {
	p := platform.Format(row.Platform)
	verb := "build"
	if r.Plan.Published() {
		verb = "test"
	}
	switch {
	case row.Err != nil:
		return row.Err
	case row.Audit != nil && len(row.Audit.Errors()) > 0:
		return trial.AuditError(p, *row.Audit, verb)
	}
	return fmt.Errorf("%s: %s", p, row.Failure())
}

// failures are the tests that did not pass, each once for all platforms where it failed in the same way.
type failures []failing

// failing is one test, with where and why it failed.
type failing struct {
	text      string
	platforms []string
}

// add takes the tests of a platform; false: none is known to have failed.
func (f *failures) add(row build.Row) bool {
	if row.Err != nil || row.Audit != nil && len(row.Audit.Errors()) > 0 {
		return false
	}
	added := false
	for _, c := range row.Report.Cases {
		if c.Verdict == row.Report.Verdict && c.Reason != "" {
			f.note(c.Name+": "+c.Reason, platform.Format(row.Platform))
			added = true
		}
	}
	return added
}

// note adds a platform to a test.
func (f *failures) note(text, on string) {
	for i := range *f {
		if (*f)[i].text == text {
			(*f)[i].platforms = append((*f)[i].platforms, on)
			return
		}
	}
	*f = append(*f, failing{text, []string{on}})
}

// errs are a line for each test.
func (f *failures) errs() []error {
	var errs []error
	for _, one := range *f {
		errs = append(errs, fmt.Errorf("%s: %s", strings.Join(one.platforms, ", "), one.text))
	}
	return errs
}
