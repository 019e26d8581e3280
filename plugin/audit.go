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

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// auditCase is the name of the audit among the tests of a record.
const auditCase = "audit"

// shownErrors is how many of a platform's files are listed without --debug.
const shownErrors = 20

var errAudit = errors.New("errors found")

// allowed parses --allow-foreign.
func (o *testOptions) allowed() (audit.Globs, error) {
	globs, err := audit.ParseGlobs(o.allowForeign)
	if err != nil {
		return globs, usageError("--allow-foreign %w", err)
	}
	return globs, nil
}

// newAuditor audits the images of a store, which also keeps what is read of their layers.
func newAuditor(s *store.Store) *audit.Auditor { return audit.New(s.Content(), s.Scans()) }

// audit looks for programs of another platform in what was built. Errors are a failed test, recorded as one.
func (b *building) audit(ctx context.Context, now *built, row *platformResult) error {
	platform := manifest.FormatPlatform(now.image.Platform)
	var found audit.Report
	err := progress.Wrap(fmt.Sprintf("[%s] audit", platform), b.display.Write, func(log progress.SubLogger) error {
		var err error
		found, err = b.auditor.Audit(ctx, now.image.Manifest, now.image.Platform, b.plan.allowForeign)
		if err != nil {
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
	if cerrdefs.IsNotFound(err) {
		return fmt.Errorf("%w: %w", store.ErrCorrupt, err)
	}
	if err != nil && !errors.Is(err, errAudit) {
		return err
	}
	row.audit = found
	row.audited = true
	if len(found.Errors()) == 0 {
		return b.auditPassed(ctx, now)
	}
	row.verdict, row.reason = localtest.Failed, auditReason(found)
	row.err = auditError(platform, found)
	report := localtest.Report{Verdict: localtest.Failed, Cases: []localtest.Case{{
		Name: auditCase, Verdict: localtest.Failed, Reason: row.reason,
	}}}
	return recordVerdict(ctx, b.store, &now.image, judgement{b.plan.names[0].String(), report, b.plan.auditSettings()})
}

// auditPassed takes away the record of an audit that failed: the files are allowed by now, or the rules are others.
func (b *building) auditPassed(ctx context.Context, now *built) error {
	record, ok, err := recordOf(ctx, b.store, now.image)
	if err != nil || !ok || record.Result != manifest.Failed || !slices.Contains(record.Failed, auditCase) {
		return err
	}
	return dropRecord(ctx, b.store, &now.image)
}

// auditSettings are what decides the audit's verdict beside the image.
func (p buildPlan) auditSettings() []manifest.Setting {
	return []manifest.Setting{
		{Name: "audit", Value: audit.Rules},
		{Name: "allow-foreign", Value: strings.Join(p.allowForeign.Patterns(), " ")},
	}
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

// auditError lists the files of one platform.
func auditError(platform string, found audit.Report) error {
	list := found.Errors()
	lines := make([]string, 0, shownErrors+1)
	shown := shownErrors
	if debug.IsEnabled() {
		shown = len(list)
	}
	for _, f := range list[:min(shown, len(list))] {
		lines = append(lines, fmt.Sprintf("%s: audit: %s", platform, f))
	}
	if more := len(list) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("%s: audit: and %d more; docker -D multiplat build lists all", platform, more))
	}
	return errors.New(strings.Join(lines, "\n"))
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
