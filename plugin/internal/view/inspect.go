package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inspect"
)

// Inspection prints a draft and what is published, one below the other.
func Inspection(dockerCLI command.Cli, how List, v *inspect.Inspection) error {
	if isTemplate(how.Format) {
		return printTemplate(dockerCLI, how.Format, v)
	}
	if how.Format == formatJSON {
		return encode(dockerCLI.Out(), v, "")
	}
	w, width := dockerCLI.Out(), widthFor(dockerCLI.Out(), how.NoTrunc)
	if err := lines(w, columns.Wrap(fmt.Sprintf("%s (%s)", visible.Line(v.Name), v.State), width)); err != nil {
		return err
	}
	if err := printSide(w, width, "draft", v.Draft, how.NoTrunc); err != nil {
		return err
	}
	return printSide(w, width, "published", v.Published, how.NoTrunc)
}

// printSide prints one of the two, where it is there.
func printSide(w io.Writer, width int, heading string, v *inspect.Image, noTrunc bool) error {
	if v == nil {
		return nil
	}
	title := columns.Wrap(heading+"  "+visible.Line(v.Digest), width)
	if err := lines(w, append([]string{""}, title...)); err != nil {
		return err
	}
	if err := printTable(w, imageTable(v, width, noTrunc)); err != nil {
		return err
	}
	return printOthers(w, v.Others, v.Within)
}

// imageTable has a row for each platform of an image.
func imageTable(v *inspect.Image, width int, noTrunc bool) *columns.Table {
	t := columns.New("PLATFORM", "MANIFEST", "SIZE", "TESTS", "ATTESTATIONS")
	for _, p := range v.Platforms {
		kinds := make([]string, 0, len(p.Attestations))
		for _, kind := range p.Attestations {
			kinds = append(kinds, attestationWord(kind, p))
		}
		short, size := "-", "-"
		if p.Manifest != "" {
			short, size = shortDigest(p.Manifest, noTrunc), units.HumanSize(float64(p.Size))
		}
		if len(p.Staged) > 0 {
			size += ", staged"
		}
		result := cmp.Or(p.Result, string(draft.Untested))
		if p.LookedAtBy != "" {
			result += ", looked at by " + p.LookedAtBy
		}
		t.Add(withCompression(p.Platform, p.Compression), short, size, result, strings.Join(kinds, ", "))
	}
	if width > 0 && !t.Fits(width, comfortable) {
		t.Narrow()
	}
	return t.Within(width)
}

// attestationWord is the word for something that attests an image; of a second build it says what came of it.
func attestationWord(predicateType string, p inspect.Platform) string {
	switch {
	case predicateType != record.ReproductionType:
		return shortKind(predicateType)
	case p.Reproduction == strings.ToLower(record.Reproduced):
		return p.Reproduction
	}
	return p.Reproduction + " when built again"
}

// shortKind is the part of a predicate type that people know.
func shortKind(predicateType string) string {
	for _, kind := range []string{"provenance", "spdx", "test-result", "cyclonedx"} {
		if strings.Contains(strings.ToLower(predicateType), kind) {
			return kind
		}
	}
	return predicateType
}

// PrintBytes prints what is for programs: as it is, but on a terminal.
func PrintBytes(dockerCLI command.Cli, body []byte) error {
	return verbatim(dockerCLI.Out(), body)
}
