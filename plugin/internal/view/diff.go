package view

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/diff"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/compare"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// formatMarkdown is a format for release notes.
const formatMarkdown = "md"

// CheckDiffFormat is CheckFormat, where md is a format too.
func CheckDiffFormat(format string) error {
	return checkFormat(format, formatJSON, formatMarkdown)
}

// Diff shows what differs between images. All has every row shown, in whole.
func Diff(dockerCLI command.Cli, format string, all bool, r *compare.Result) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, r)
	case format == formatJSON:
		return encode(dockerCLI.Out(), r, "")
	}
	page := sections(r)
	if format == formatMarkdown {
		return page.markdown(dockerCLI.Out())
	}
	return page.text(dockerCLI.Out(), int(widthOf(dockerCLI.Out())), all)
}

// sections are what there is to show, the most important first.
func sections(r *compare.Result) page {
	var p page
	for _, name := range r.Names {
		if only := r.Only[name]; len(only) > 0 {
			p.line("only %s has %s", name, strings.Join(only, ", "))
		}
	}
	if len(r.Same) > 0 {
		p.line("the same image: %s", strings.Join(r.Same, ", "))
	}
	for _, one := range r.Reports {
		p.report(r, one)
	}
	return p
}

// report adds one comparison.
func (p *page) report(r *compare.Result, one diff.Report) {
	header := make([]string, len(one.Sides))
	for i, side := range one.Sides {
		header[i] = side.Platform
		if len(r.Names) > 1 {
			header[i] = side.Name
		}
	}
	title := strings.Join(r.Names, ", ")
	if len(r.Names) > 1 {
		title = one.Sides[0].Platform
	}
	p.line("%s", title)
	p.add(section{header: append([]string{""}, header...), rows: summaryRows(one), whole: true, sides: header})
	p.add(section{title: "CONFIG", rows: settingRows(one), sides: header})
	p.add(section{title: "PACKAGES", rows: packageRows(one), sides: header})
	p.add(section{title: "FILES", rows: fileRows(one), sides: header})
	if !one.Equal() {
		p.add(section{title: "SIZES", rows: folderRows(one), sides: header})
	}
	if one.Equal() {
		p.line("no difference%s", but(one.Folded))
	} else if text := but(one.Folded); text != "" {
		p.line("not counted: what differs%s", strings.TrimPrefix(text, " but"))
	}
	for _, side := range one.Sides {
		for _, path := range side.Unknown {
			p.line("%s of %s lists packages in a way that is not known here; they were not compared", "/"+path, side.Platform)
		}
	}
	if n := unread(one); n > 0 {
		p.line("%s in both, not read: a file that one side alone has may stand in the place of one of theirs; "+
			"--all-layers reads them", Count(n, "layer"))
	}
}

// unread is how many layers were left out.
func unread(one diff.Report) int {
	n := 0
	for _, layer := range one.Sides[0].Layers {
		if layer.Shared {
			n++
		}
	}
	return n
}

// but says what differs as it has to.
func but(f diff.Folded) string {
	var list []string
	for _, one := range []struct {
		n    int
		what string
	}{
		{f.Programs, "program"},
		{f.Paths, "path that names a machine"},
		{f.Texts, "text that names a machine"},
		{f.Own, "file of the machine"},
		{f.Records, "record of a tool"},
	} {
		switch {
		case one.n == 1:
			list = append(list, "1 "+one.what)
		case one.n > 1:
			first, rest, _ := strings.Cut(one.what, " ")
			rest = strings.Replace(rest, "names", "name", 1)
			list = append(list, strings.TrimSuffix(fmt.Sprintf("%d %ss %s", one.n, first, rest), " "))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return " but as it has to: " + strings.Join(list, ", ")
}

func summaryRows(one diff.Report) [][]string {
	row := func(title string, value func(diff.Summary) string) []string {
		cells := []string{title}
		for _, side := range one.Sides {
			cells = append(cells, value(side))
		}
		return cells
	}
	rows := [][]string{
		row("layers", func(s diff.Summary) string {
			return fmt.Sprintf("%d, %s", len(s.Layers), units.HumanSize(float64(s.Size)))
		}),
		row("files", func(s diff.Summary) string {
			return fmt.Sprintf("%d, %s", s.Files, units.HumanSize(float64(s.Unpacked)))
		}),
		row("packages", func(s diff.Summary) string { return strconv.Itoa(s.Packages) }),
	}
	if slices.ContainsFunc(one.Sides, func(s diff.Summary) bool { return s.Foreign > 0 }) {
		rows = append(rows, row("for another machine", func(s diff.Summary) string { return Count(s.Foreign, "program") }))
	}
	return rows
}

// cells are the values of a row; a dash stands for nothing.
func cells(title string, values []*string) []string {
	row := []string{title}
	for _, v := range values {
		if v == nil {
			row = append(row, "-")
			continue
		}
		row = append(row, cmp.Or(visible.Line(*v), `""`))
	}
	return row
}

func settingRows(one diff.Report) (rows [][]string) {
	for _, s := range one.Config {
		rows = append(rows, cells(s.Field, s.Values))
	}
	return rows
}

func packageRows(one diff.Report) (rows [][]string) {
	for _, p := range one.Packages {
		values := make([]*string, len(p.Values))
		for i, v := range p.Values {
			if v != nil {
				known := cmp.Or(*v, "there")
				values[i] = &known
			}
		}
		rows = append(rows, cells(p.Name+" ("+string(p.Ecosystem)+")", values))
	}
	return rows
}

func fileRows(one diff.Report) (rows [][]string) {
	for _, f := range one.Files {
		title := "/" + f.Path
		if f.Count > 1 {
			title += fmt.Sprintf("/ (%d files)", f.Count)
		}
		values := make([]*string, len(f.Values))
		for i, v := range f.Values {
			if v == nil {
				continue
			}
			text := *v
			if _, err := strconv.ParseInt(text, 10, 64); err == nil && f.What != diff.Link {
				text = units.HumanSize(float64(f.Sizes[i]))
			}
			values[i] = &text
		}
		row := cells(title, values)
		if f.What != diff.Only {
			row[0] += " [" + string(f.What) + "]"
		}
		rows = append(rows, row)
	}
	return rows
}

func folderRows(one diff.Report) (rows [][]string) {
	for _, f := range one.Folders {
		row := []string{"/" + strings.TrimPrefix(f.Path, ".")}
		for _, size := range f.Sizes {
			row = append(row, units.HumanSize(float64(size)))
		}
		rows = append(rows, row)
	}
	return rows
}

// Differ is the error of a comparison that found something, where an exit code was asked for.
func Differ(r *compare.Result) error {
	if r.Equal() {
		return nil
	}
	return failure.Wrap(failure.ErrDifferent, fmt.Errorf("comparing %s: %w", strings.Join(r.Names, " and "),
		failure.ErrDifferent), "")
}
