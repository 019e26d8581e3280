package view

import (
	"cmp"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// detail is how much the rows of a build's table say. One that is too wide is made again with less: names first, then
// times. Whether something ran, and how, is said in every one.
type detail int

const (
	fullDetail  detail = iota
	tagsAlone          // a loaded image by its tag: the repository is the same in all rows
	loadedOrNot        // not under which name
	wordsAlone         // not how long it took
)

// outcomeTable is what came of each platform, in so many columns of a terminal if that can be; 0: there is no end.
func outcomeTable(r build.Result, width uint) *columns.Table {
	return narrowed(width, func(level detail) *columns.Table {
		t := columns.New("PLATFORM", "BUILD", "AUDIT", "LOADED", "TESTS", verdictTitle).Narrow()
		for _, row := range r.Rows {
			t.Add(cellsOf(r, row, level)...)
		}
		return t
	})
}

// narrowed is a table with as much detail as there is room for.
func narrowed(width uint, at func(detail) *columns.Table) *columns.Table {
	var levels []func() *columns.Table
	for level := fullDetail; level <= wordsAlone; level++ {
		levels = append(levels, func() *columns.Table { return at(level) })
	}
	return columns.Choose(int(width), 0, levels...)
}

// cellsOf are the cells of a row.
func cellsOf(r build.Result, row build.Row, level detail) []string {
	built := "-"
	if len(r.Placed) > 0 || row.Took > 0 {
		built = cmp.Or(strings.TrimSpace(level.time(row.Took)+" "+kindOf(r, row.Platform)), "-")
	}
	return []string{
		platform.Format(row.Platform), built, auditWords(row), loadedAs(row, level), testsOf(row, level),
		verdictWords(r, row),
	}
}

// time is a duration, where there is room for it.
func (level detail) time(d time.Duration) string {
	if level >= wordsAlone {
		return ""
	}
	return shortly(d)
}

// verdictWords is the verdict of a row. That its tests were emulated is said where its build was not, and how they ran
// where another engine ran them than the one in use.
func verdictWords(r build.Result, row build.Row) string {
	words := string(row.State)
	if row.Reused {
		words += " (cached)"
	}
	if row.On != "" {
		how := shown.How(row.Platform, !row.Emulated)
		return words + ", " + strings.TrimSpace(how+" on "+row.On)
	}
	if row.Emulated && kindOf(r, row.Platform) != shown.Emulated {
		words += ", " + shown.Emulated
	}
	return words
}

// loadedAs is the name of the image in the engine, or what there is room for.
func loadedAs(row build.Row, level detail) string {
	switch {
	case row.Loaded == "":
		return "-"
	case level >= loadedOrNot:
		return "yes"
	case level >= tagsAlone:
		return row.Loaded[strings.LastIndexByte(row.Loaded, ':')+1:]
	}
	return row.Loaded
}

// auditWords is the cell of the audit.
func auditWords(row build.Row) string {
	switch {
	case row.Audit == nil:
		return "-"
	case len(row.Audit.Errors()) > 0:
		return string(draft.Failed)
	}
	return "ok"
}

// kindOf says whether a platform was built under emulation; empty where that is not known.
func kindOf(r build.Result, p ocispec.Platform) string {
	for _, placement := range r.Placed {
		if platform.Equal(placement.Platform, p) && placement.Node != "" {
			return kindOn(placement)
		}
	}
	return ""
}

// kindOn is how the programs of a platform run where it is built.
func kindOn(placement builder.Placement) string {
	return shown.How(placement.Platform, placement.Native)
}
