package plugin

import (
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
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

// table is what came of each platform, as wide as it may be.
func (b *building) table() *table {
	level := fullDetail
	t := b.tableOf(level)
	for t.width() > tableWidth && level < loadedOrNot {
		level++
		t = b.tableOf(level)
	}
	return t
}

func (b *building) tableOf(level detail) *table {
	t := newTable("PLATFORM", "BUILD", "AUDIT", "LOADED", "TESTS", "VERDICT")
	t.gap = 2
	for _, row := range b.results {
		built := "-"
		if len(b.placed) > 0 || row.built > 0 {
			built = strings.TrimSpace(shortly(row.built) + " " + b.kind(row.platform))
		}
		t.add(manifest.FormatPlatform(row.platform), built, row.auditState(), row.loadedAs(level), row.tests(),
			b.verdictWords(row, level))
	}
	return t
}

// verdictWords is the verdict of a row. That its tests were emulated is said where its build was not.
func (b *building) verdictWords(row platformResult, level detail) string {
	words := firstOf(string(row.verdict), string(untested))
	if level >= verdictOnly {
		return words
	}
	if row.cached {
		words += " (cached)"
	}
	if row.emulated && b.kind(row.platform) != emulatedWord {
		words += ", " + emulatedWord
	}
	return words
}

// loadedAs is the name of the image in the engine, or what there is room for.
func (r platformResult) loadedAs(level detail) string {
	switch {
	case r.loaded == "":
		return "-"
	case level >= loadedOrNot:
		return "yes"
	case level >= tagsAlone:
		return r.loaded[strings.LastIndexByte(r.loaded, ':')+1:]
	}
	return r.loaded
}

// Words for how a platform's programs run.
const (
	nativeWord   = "native"
	emulatedWord = "emulated"
)

// kind says whether a platform was built under emulation; empty where that is not known.
func (b *building) kind(p ocispec.Platform) string {
	for _, placement := range b.placed {
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

// shortly is a duration as a table has room for it.
func shortly(d time.Duration) string {
	if d >= time.Minute {
		return d.Round(time.Second).String()
	}
	return d.Round(100 * time.Millisecond).String()
}
