package view

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What many platforms have fits the page, too: paths stay whole, and values are told with those that have them.
func TestPageOfManyPlatforms(t *testing.T) {
	var p page
	const path = "/usr/share/app/a/file/with/a/path.conf [content]"
	header, sizes, files := []string{""}, []string{"layers"}, []string{path}
	for i := range 128 {
		header = append(header, fmt.Sprintf("windows(10.0.17763.%d)/amd64", i))
		sizes = append(sizes, fmt.Sprintf("3, %d.1MB", i))
		files = append(files, []string{"7B", "8B", "8B", "8B"}[i%4])
	}
	p.add(section{header: header, rows: [][]string{sizes}, whole: true, sides: header[1:]})
	p.add(section{title: "FILES", rows: [][]string{files}, sides: header[1:]})
	var shown strings.Builder
	assert.NilError(t, p.text(&shown, pageWidth, false))
	for line := range strings.Lines(shown.String()) {
		assert.Check(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")) <= pageWidth, line)
	}
	text := shown.String()
	assert.Check(t, is.Contains(text, path+"   8B   96: "))
	assert.Check(t, is.Contains(text, "   7B   32: "))
	assert.Check(t, is.Contains(text, "and 122 other values"))

	shown.Reset()
	assert.NilError(t, p.text(&shown, pageWidth, true))
	assert.Check(t, is.Contains(shown.String(), "3, 127.1MB"), "--no-trunc has every value")
}
