package view

import (
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
)

// timelines are what the rows of the display were at, by their names.
type timelines map[string][]board.Stretch

// platformsOf is what came of each platform, as reports have it.
func platformsOf(r build.Result, rows timelines) (platforms []report.Platform) {
	for _, row := range r.Rows {
		p := report.Platform{
			Target:    r.Plan.Target,
			Name:      platform.Format(row.Platform),
			Emulated:  row.Emulated,
			Cached:    row.Reused,
			Build:     kindOf(r, row.Platform),
			BuildTook: row.Took,
			Verdict:   localtest.Verdict(row.State),
			Reason:    row.Failure(),
			Output:    row.Output,
			Cases:     row.Report.Cases,
			Notes:     notesOf(row),
			Emulators: emulatorsOf(r.Slow, row.Platform),
			Audit:     auditOf(row),
			Loaded:    row.Loaded,
			Engine:    row.On,
			Digests:   digestsOf(row),
		}
		p.Steps = rows.of(r, p)
		platforms = append(platforms, p)
	}
	return platforms
}

// of are the steps of a platform. Under bake what is sent of it is known by the platform and the repository.
func (t timelines) of(r build.Result, p report.Platform) (steps []report.Step) {
	for _, s := range t[p.Title()] {
		steps = append(steps, stepOf(r, s, p))
	}
	if p.Target == "" {
		return steps
	}
	for _, s := range t[p.Name] {
		ours := slices.ContainsFunc(r.Plan.Names, func(name reference.NamedTagged) bool {
			return strings.HasSuffix(s.Step, " to "+name.Name())
		})
		if ours {
			steps = append(steps, stepOf(r, s, p))
		}
	}
	return steps
}

// stepOf is a step as reports have it. What runs the tests is known from them: it need not be what builds.
func stepOf(r build.Result, s board.Stretch, p report.Platform) report.Step {
	if emulated, known := r.Emulated[s.ID]; known {
		s.Emulated = emulated
	}
	if s.Phase == board.Test {
		s.Emulated = p.Emulated
	}
	return report.Step{
		Phase: string(s.Phase), Name: s.Step, Began: s.Began.Round(time.Millisecond), Took: s.Took.Round(time.Millisecond),
		Emulated: s.Emulated, Cached: s.Cached, Failed: s.Failed,
	}
}

// notesOf are the ways in which a platform is not the app that another is, with every package that it lacks.
func notesOf(row build.Row) []string {
	var notes []string
	for _, d := range row.Differences {
		note := "not the same app as " + d.Than + ": it " + d.Text
		if len(d.Missing) > 0 {
			note += " (" + strings.Join(d.Missing, ", ") + ")"
		}
		notes = append(notes, note)
	}
	return notes
}

// auditOf is what the audit found, as reports have it; nil: it did not come to that.
func auditOf(row build.Row) *report.Audit {
	if row.Audit == nil {
		return nil
	}
	out := &report.Audit{Layers: row.Audit.Layers, Read: row.Audit.Read}
	for _, f := range row.Audit.Findings {
		out.Findings = append(out.Findings, findingOf(f))
	}
	return out
}

// findingOf is a finding as reports have it.
func findingOf(f audit.Finding) report.Finding {
	return report.Finding{
		Severity: string(f.Severity), Path: f.Path, What: f.What, Why: f.Why, Layer: f.Layer.String(), History: f.History,
	}
}

// digestsOf are those of what there is of a platform.
func digestsOf(row build.Row) (list []report.Digest) {
	if row.Image == nil {
		return nil
	}
	list = append(list, report.Digest{Of: "image", Digest: row.Image.Manifest.Digest.String()})
	if row.Config != "" {
		list = append(list, report.Digest{Of: "config", Digest: row.Config.String()})
	}
	if row.Image.Attestation != nil {
		list = append(list, report.Digest{Of: "attestation", Digest: row.Image.Attestation.Digest.String()})
	}
	return list
}
