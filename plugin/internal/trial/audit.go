package trial

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/debug"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// shownErrors is how many of a platform's files are listed without --debug.
const shownErrors = 20

// ShowAudit shows the audit of one platform while it runs. What it found is no error of the audit.
func ShowAudit(
	display progress.Writer, p ocispec.Platform, run func() (audit.Report, error),
) (found audit.Report, err error) {
	err = progress.Wrap(fmt.Sprintf("[%s] audit", platform.Format(p)), display.Write,
		func(log progress.SubLogger) error {
			if found, err = run(); err != nil {
				return err
			}
			if n := len(found.Errors()); n > 0 {
				logErrors(log, found.Errors())
				return fmt.Errorf("%w: %d", failure.ErrAudit, n)
			}
			log.Log(1, fmt.Appendf(nil, "%d layers, %d of them read\n", found.Layers, found.Read))
			for _, f := range found.Notes() {
				log.Log(1, fmt.Appendf(nil, "note: %s\n", f))
			}
			return nil
		})
	if errors.Is(err, failure.ErrAudit) {
		return found, nil
	}
	return found, err
}

// logErrors shows in the log what is wrong: it is read where the audit failed.
func logErrors(log progress.SubLogger, list []audit.Finding) {
	shown := shownErrors
	if debug.IsEnabled() {
		shown = len(list)
	}
	for _, f := range list[:min(shown, len(list))] {
		log.Log(2, fmt.Appendf(nil, "error: %s\n", f))
	}
	if more := len(list) - shown; more > 0 {
		log.Log(2, fmt.Appendf(nil, "error: and %d more\n", more))
	}
}

// failedAudit is the record of an audit that found errors.
func failedAudit(allow audit.Globs) *record.Result {
	return &record.Result{
		Result: record.Failed, Failed: []string{record.AuditTest}, Configuration: record.AuditSettings(allow),
	}
}

// auditFailed tells whether a record is that of an audit that found errors.
func auditFailed(rec record.Result) bool {
	return rec.Result == record.Failed && slices.Contains(rec.Failed, record.AuditTest)
}

// auditReason is what the draft keeps, in one line: the first file, and how many more there are.
func auditReason(found audit.Report) string {
	list := found.Errors()
	text := "audit: " + list[0].String()
	if len(list) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(list)-1)
	}
	return text
}

// FoundError is what the audit found in the images of several platforms, or of one.
type FoundError struct {
	lines []string
	found []audit.Finding
}

// Error implements error: a line for each file.
func (e *FoundError) Error() string { return strings.Join(e.lines, "\n") }

// Findings are all that stands against the images.
func (e *FoundError) Findings() []audit.Finding { return e.found }

// With is what was found of one image in two ways; nil of none.
func (e *FoundError) With(other *FoundError) *FoundError {
	if e == nil {
		return other
	}
	return &FoundError{slices.Concat(e.lines, other.lines), slices.Concat(e.found, other.found)}
}

// JoinFound makes one error of those of several images; nil of none.
func JoinFound(errs []*FoundError) error {
	var all FoundError
	for _, err := range errs {
		if err != nil {
			all.lines, all.found = append(all.lines, err.lines...), append(all.found, err.found...)
		}
	}
	if len(all.found) == 0 {
		return nil
	}
	return &all
}

// AuditError lists the files of one platform.
func AuditError(platform string, found audit.Report, command string) *FoundError {
	list := found.Errors()
	return &FoundError{AuditLines(platform, list, "docker -D multiplat "+command), list}
}

// AuditLines says each finding in a line, and of very many how to see the others.
func AuditLines(platform string, list []audit.Finding, all string) []string {
	shown := min(shownErrors, len(list))
	if debug.IsEnabled() {
		shown = len(list)
	}
	lines := make([]string, 0, shown+1)
	for _, f := range list[:shown] {
		lines = append(lines, fmt.Sprintf("%s: audit: %s", platform, f))
	}
	if more := len(list) - shown; more > 0 {
		lines = append(lines, fmt.Sprintf("%s: audit: and %d more; %s lists all", platform, more, all))
	}
	return lines
}

// RecordedException says what a test record let pass, in an image in which the audit finds something now.
func RecordedException(allowed string) string {
	return fmt.Sprintf("its test record let pass what --allow-foreign %s matches; a record is no signature, so that it "+
		"counts where it is given again", visible.Line(allowed))
}

// Recalling is the error with what the image's test record let pass, where that is something.
func (e *FoundError) Recalling(platform, allowed string) *FoundError {
	if allowed != "" {
		e.lines = append(e.lines, platform+": "+RecordedException(allowed))
	}
	return e
}
