package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/debug"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// shownErrors is how many of a platform's files are listed without --debug.
const shownErrors = 20

var errAudit = errors.New("errors found")

// allowed parses --allow-foreign.
func (o *testOptions) allowed() (audit.Globs, error) {
	return parseForeign(o.allowForeign)
}

func parseForeign(patterns []string) (audit.Globs, error) {
	globs, err := audit.ParseGlobs(patterns)
	if err != nil {
		return globs, usageError("--allow-foreign %w", err)
	}
	return globs, nil
}

// newAuditor audits the images of a store, which also keeps what is read of their layers.
func newAuditor(s *store.Store) *audit.Auditor { return audit.New(s.Content(), s.Scans()) }

// audit looks for programs of another platform in what was built. Errors are a failed test, recorded as one.
func (b *building) audit(ctx context.Context, now *built, row *platformResult) error {
	found, err := showAudit(b.display, now.image.Platform, func() (audit.Report, error) {
		return b.auditor.Audit(ctx, now.image.Manifest, now.image.Platform, b.plan.allowForeign)
	})
	if cerrdefs.IsNotFound(err) {
		return fmt.Errorf("%w: %w", store.ErrCorrupt, err)
	}
	if err != nil {
		return err
	}
	if row.noteAudit(found, "build"); row.verdict == "" {
		return b.auditPassed(ctx, now)
	}
	report := localtest.Report{Verdict: localtest.Failed, Cases: []localtest.Case{{
		Name: record.AuditTest, Verdict: localtest.Failed, Reason: row.reason,
	}}}
	return recordVerdict(ctx, b.store, &now.image, judgement{b.plan.names[0].String(), report, b.plan.auditSettings()})
}

// noteAudit notes what the audit of a command found; errors are the platform's verdict.
func (r *platformResult) noteAudit(found audit.Report, command string) {
	r.audit, r.audited = found, true
	if len(found.Errors()) > 0 {
		r.verdict, r.reason = localtest.Failed, auditReason(found)
		r.err = auditError(manifest.FormatPlatform(r.platform), found, command)
	}
}

// showAudit shows the audit of one platform while it runs. What it found is no error of the audit.
func showAudit(
	display progress.Writer, p ocispec.Platform, run func() (audit.Report, error),
) (found audit.Report, err error) {
	err = progress.Wrap(fmt.Sprintf("[%s] audit", manifest.FormatPlatform(p)), display.Write,
		func(log progress.SubLogger) error {
			if found, err = run(); err != nil {
				return err
			}
			if n := len(found.Errors()); n > 0 {
				return fmt.Errorf("%w: %d", errAudit, n)
			}
			log.Log(1, fmt.Appendf(nil, "%d layers, %d of them read\n", found.Layers, found.Read))
			for _, f := range found.Notes() {
				log.Log(1, fmt.Appendf(nil, "note: %s\n", f))
			}
			return nil
		})
	if errors.Is(err, errAudit) {
		return found, nil
	}
	return found, err
}

// auditPassed takes away the record of an audit that failed: the files are allowed by now, or the rules are others.
func (b *building) auditPassed(ctx context.Context, now *built) error {
	rec, ok, err := record.Of(ctx, b.store, now.image)
	if err != nil || !ok || rec.Result != record.Failed || !slices.Contains(rec.Failed, record.AuditTest) {
		return err
	}
	now.image, err = record.Drop(ctx, b.store, b.store, now.image)
	return err
}

// auditSettings are what decides the audit's verdict beside the image.
func (p buildPlan) auditSettings() []record.Setting { return record.AuditSettings(p.allowForeign) }

// auditReason is what the draft keeps, in one line: the first file, and how many more there are.
func auditReason(found audit.Report) string {
	list := found.Errors()
	text := "audit: " + list[0].String()
	if len(list) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(list)-1)
	}
	return text
}

// auditError lists the files of one platform.
func auditError(platform string, found audit.Report, command string) error {
	lines := auditLines(platform, found.Errors(), "docker -D multiplat "+command)
	return errors.New(strings.Join(lines, "\n"))
}

// auditLines says each finding in a line, and of very many how to see the others.
func auditLines(platform string, list []audit.Finding, all string) []string {
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

// afterAudit is the command to run when the audit stopped a build; empty if it did not.
func (b *building) afterAudit() string {
	failed, foreign := false, true
	for _, row := range b.results {
		for _, f := range row.audit.Errors() {
			failed, foreign = true, foreign && f.Foreign
		}
	}
	next := "docker multiplat build -t " + reference.FamiliarString(b.plan.names[0])
	switch {
	case !failed:
		return ""
	case b.title != "" && foreign:
		return "docker multiplat test --allow-foreign GLOB " + b.title + "   (if they are there on purpose)"
	case b.title != "":
		return "docker multiplat build -t NAME:TAG PATH   (with the Dockerfile mended)"
	case foreign:
		return next + " --allow-foreign GLOB PATH   (if they are there on purpose; else mend the Dockerfile)"
	}
	return next + " PATH   (with the Dockerfile mended)"
}

// auditState is the cell of the table.
func (r platformResult) auditState() string {
	switch {
	case !r.audited:
		return "-"
	case len(r.audit.Errors()) > 0:
		return string(localtest.Failed)
	}
	return "ok"
}

// auditNotes shows what harms nobody to those who asked for more with --debug.
func (b *building) auditNotes() {
	if !debug.IsEnabled() {
		return
	}
	for _, row := range b.results {
		for _, f := range row.audit.Notes() {
			say(b.dockerCLI, "%s: note: %s", manifest.FormatPlatform(row.platform), f)
		}
	}
}
