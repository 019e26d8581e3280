package view

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/sys/atomicwriter"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// Reports are the files of --report. They are written also of tests that failed, and of a build or test that did not
// come to its end for an error.
type Reports struct {
	Files []string
	// Shown is the display that the command has; nil: none.
	Shown *Progress

	results   []build.Result
	published []release.Delivered
}

// Remember makes the displays keep what the reports are to say of them.
func (o *Reports) Remember() {
	if len(o.Files) > 0 && o.Shown != nil {
		o.Shown.Remember()
	}
}

// Write writes what came of the platforms, of one target or of several.
func (o *Reports) Write(results []build.Result, failed error) error {
	o.results = results
	return o.write(failed)
}

// Publish takes down what was published meanwhile; nil has no files.
func (o *Reports) Publish(outcome release.Outcome) {
	if o != nil {
		o.published = outcome.Published
	}
}

// Again writes the same once more, with what was published since.
func (o *Reports) Again(failed error) error { return o.write(failed) }

// write writes the files.
func (o *Reports) write(failed error) error {
	if len(o.Files) == 0 {
		return nil
	}
	run := o.run(failed)
	for _, file := range o.Files {
		var text bytes.Buffer
		if err := report.Write(&text, file, run); err != nil {
			return err
		}
		if err := atomicwriter.WriteFile(report.Path(file), text.Bytes(), 0o644); err != nil {
			return fmt.Errorf("writing --report %q: %w", file, err)
		}
	}
	return nil
}

// run is what came of all.
func (o *Reports) run(failed error) report.Run {
	var run report.Run
	var names []string
	var rows timelines
	if o.Shown != nil {
		run.Began, run.Took, rows = o.Shown.history.past()
	}
	for _, r := range o.results {
		if r.Plan.Discard && len(r.Rows) == 0 {
			continue
		}
		if !r.Plan.Discard {
			names = append(names, namesIn(r)...)
		}
		run.Images = append(run.Images, o.images(r)...)
		run.Platforms = append(run.Platforms, platformsOf(r, rows)...)
		if failed != nil && !r.Plan.Discard {
			run.Platforms = append(run.Platforms, stopped(r, failed)...)
		}
	}
	run.Name = strings.Join(names, ", ")
	if failed == nil {
		return run
	}
	if len(run.Platforms) == 0 {
		run.Platforms = []report.Platform{{
			Name: "every platform", Verdict: localtest.Verdict(draft.Broken), Reason: failed.Error(),
		}}
	}
	if run.Good() { // else it is said of a platform
		run.Failure = failed.Error()
	}
	return run
}

// namesIn are the names of what was built or tested.
func namesIn(r build.Result) []string {
	if r.Plan.Target == "" {
		return []string{reference.FamiliarString(r.Plan.Name)}
	}
	return ref.FamiliarNames(r.Plan.Names)
}

// images are what the names of a result stand for in the end.
func (o *Reports) images(r build.Result) (list []report.Image) {
	if canonical, ok := r.Plan.Name.(reference.Canonical); ok { // it was tested where it stands
		return []report.Image{{
			Name: reference.FamiliarName(canonical), Digest: canonical.Digest().String(), Published: true,
		}}
	}
	if r.Plan.Discard || r.Plan.Scratch {
		return nil
	}
	for _, name := range r.Plan.Names {
		image := report.Image{
			Target: r.Plan.Target, Name: reference.FamiliarString(name), Digest: r.Draft.Index.Digest.String(),
		}
		for _, d := range o.published {
			if d.Target.Name.Name() == name.Name() && slices.Contains(d.Target.Tags, name.Tag()) {
				image.Digest, image.Published = d.Result.Index.String(), true
			}
		}
		list = append(list, image)
	}
	return list
}

// stopped are the platforms of which an error kept anything from coming to a row: nobody is to take what is empty for
// what passed.
func stopped(r build.Result, failed error) (list []report.Platform) {
	for _, p := range r.Plan.Platforms.Platforms {
		if slices.ContainsFunc(r.Rows, func(row build.Row) bool { return platform.Equal(row.Platform, p) }) {
			continue
		}
		verdict := draft.NotBuilt
		if r.Plan.Request.Context == "" { // a test of what was built before
			verdict = draft.Broken
		}
		list = append(list, report.Platform{
			Target: r.Plan.Target, Name: platform.Format(p), Verdict: localtest.Verdict(verdict), Reason: failed.Error(),
		})
	}
	return list
}
