package plugin

import (
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// tableWidth is what the table of a build is to fit into: a terminal of the usual size, the log of a CI.
const tableWidth = 80

// detail is how much the rows of a build's table say. One that is too wide is made again with less.
type detail int

const (
	fullDetail  detail = iota
	tagsAlone          // a loaded image by its tag: the repository is the same in all rows
	verdictOnly        // not whether it is an old one, or of an emulator
	loadedOrNot
)

// outcomeTable is what came of each platform, as wide as it may be.
func outcomeTable(r buildResult) *table {
	level := fullDetail
	t := tableAt(r, level)
	for t.width() > tableWidth && level < loadedOrNot {
		level++
		t = tableAt(r, level)
	}
	return t
}

// tableAt is the table with as much detail.
func tableAt(r buildResult, level detail) *table {
	t := newTable("PLATFORM", "BUILD", "AUDIT", "LOADED", "TESTS", "VERDICT")
	t.gap = 2
	for _, row := range r.rows {
		built := "-"
		if len(r.placed) > 0 || row.took > 0 {
			built = strings.TrimSpace(shortly(row.took) + " " + kindOf(r, row.platform))
		}
		t.add(manifest.FormatPlatform(row.platform), built, auditWords(row), loadedAs(row, level), testsOf(row),
			verdictWords(r, row, level))
	}
	return t
}

// verdictWords is the verdict of a row. That its tests were emulated is said where its build was not.
func verdictWords(r buildResult, row buildRow, level detail) string {
	words := string(row.state)
	if level >= verdictOnly {
		return words
	}
	if row.reused {
		words += " (cached)"
	}
	if row.emulated && kindOf(r, row.platform) != emulatedWord {
		words += ", " + emulatedWord
	}
	return words
}

// loadedAs is the name of the image in the engine, or what there is room for.
func loadedAs(row buildRow, level detail) string {
	switch {
	case row.loaded == "":
		return "-"
	case level >= loadedOrNot:
		return "yes"
	case level >= tagsAlone:
		return row.loaded[strings.LastIndexByte(row.loaded, ':')+1:]
	}
	return row.loaded
}

// auditWords is the cell of the audit.
func auditWords(row buildRow) string {
	switch {
	case row.audit == nil:
		return "-"
	case len(row.audit.Errors()) > 0:
		return string(draft.Failed)
	}
	return "ok"
}

// Words for how a platform's programs run.
const (
	nativeWord   = "native"
	emulatedWord = "emulated"
)

// kindOf says whether a platform was built under emulation; empty where that is not known.
func kindOf(r buildResult, p ocispec.Platform) string {
	for _, placement := range r.placed {
		switch {
		case !manifest.SamePlatform(placement.Platform, p) || placement.Node == "":
			continue
		case placement.Native:
			return nativeWord
		}
		return emulatedWord
	}
	return ""
}
