package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

// pages are the templates of the page, in its parts.
//
//go:embed page/*.html
var pages embed.FS

// style is how the page looks.
//
//go:embed page/style.css
var style string

// script copies digests. All else works without it.
//
//go:embed page/script.js
var script string

// page is what the templates are given: everything is a text of theirs to escape, but for what is our own.
type page struct {
	Policy string
	Style  template.CSS
	Script template.JS

	Name, What, Headline, Mark, Class string
	// Names are those of the images, where there are several.
	Names       []string
	Began, Took string
	Failure     string
	Sections    []link
	Filters     []filter
	// Mixed tells that some of it passed, and some did not.
	Mixed bool

	Faults   []fault
	Notes    []said
	Columns  []choice
	Groups   []group
	Legend   []bar
	Ticks    []tick
	Lanes    []lane
	Reused   []said
	Emulated []slow
	Audited  string
	Findings []found
	Digests  []copied
}

// link is a section of the page.
type link struct {
	ID, Name string
	Count    int
}

// said is a line about a platform.
type said struct{ Class, Where, Text string }

// writeHTML writes a page that needs nothing beside itself.
func writeHTML(w io.Writer, run Run) error {
	parsed, err := template.ParseFS(pages, "page/*.html")
	if err != nil {
		return err
	}
	return parsed.ExecuteTemplate(w, "page.html", pageOf(run))
}

// pageOf is the page of a run.
func pageOf(run Run) page {
	ids := newClasses(run)
	css := style + ids.rules()
	p := page{
		Style:  template.CSS(css),   //nolint:gosec // a file of ours, and numbers
		Script: template.JS(script), //nolint:gosec // a file of ours
		Policy: policy(css, script), Name: run.Name, Headline: run.Headline(), Mark: markOf(run.Verdict()),
		Class: "bad", Failure: run.Failure, Filters: ids.filters(),
	}
	switch {
	case run.Good():
		p.Class = "good"
	case classOf(run.Verdict()) == uncertain:
		p.Class = "off"
	}
	p.What = "Tests of"
	if len(ids.targets) > 1 {
		p.What, p.Name = "Tests of "+counted(len(ids.targets), "target"), strings.Join(ids.targets, ", ")
		for _, image := range run.Images {
			p.Names = append(p.Names, image.Name)
		}
	}
	if !run.Began.IsZero() {
		p.Began = run.Began.UTC().Format("2 January 2006, 15:04:05 MST")
	}
	if run.Took > 0 {
		p.Took = shortly(run.Took)
	}
	bad := len(run.bad())
	p.Mixed = bad > 0 && bad < len(run.Platforms)
	p.Columns, p.Groups = ids.matrix(run)
	p.Faults, p.Notes = ids.faults(run), ids.notes(run)
	p.Lanes, p.Ticks = ids.lanes(run)
	p.Legend = legendOf(run)
	p.Reused, p.Emulated = ids.reused(run), ids.slow(run)
	p.Audited, p.Findings = ids.audit(run)
	p.Digests = ids.digests(run)
	p.Sections = p.sections()
	return p
}

// sections are those that have something in them.
func (p page) sections() (list []link) {
	for _, s := range []struct {
		link
		is bool
	}{
		{link{"failures", "What did not pass", len(p.Faults)}, len(p.Faults) > 0},
		{link{"notes", "Worth knowing", len(p.Notes)}, len(p.Notes) > 0},
		{link{"matrix", "Platforms and tests", 0}, len(p.Groups) > 0},
		{link{"timeline", "Timeline", 0}, len(p.Lanes) > 0},
		{link{"reused", "Reused", 0}, len(p.Reused) > 0},
		{link{"emulated", "Emulated steps", len(p.Emulated)}, len(p.Emulated) > 0},
		{link{"audit", "Audit", len(p.Findings)}, p.Audited != ""},
		{link{"digests", "Digests", 0}, len(p.Digests) > 0},
	} {
		if s.is {
			list = append(list, s.link)
		}
	}
	return list
}

// policy lets a browser obey our own style and script, and fetch nothing.
func policy(css, js string) string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		hashOf(css), hashOf(js))
}

// hashOf is a text as a policy names it.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// clockOf is a moment since the beginning.
func clockOf(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
}
