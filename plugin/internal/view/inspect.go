package view

import (
	"cmp"
	"io"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inspect"
)

// Inspection prints a draft and what is published, one below the other.
func Inspection(dockerCLI command.Cli, format string, v *inspect.Inspection) error {
	if isTemplate(format) {
		return printTemplate(dockerCLI, format, v)
	}
	if format == formatJSON {
		return encode(dockerCLI.Out(), v, "  ")
	}
	w := dockerCLI.Out()
	if err := printf(w, "%s (%s)\n", v.Name, v.State); err != nil {
		return err
	}
	if err := printSide(w, "draft", v.Draft); err != nil {
		return err
	}
	return printSide(w, "published", v.Published)
}

// printSide prints one of the two, where it is there.
func printSide(w io.Writer, heading string, v *inspect.Image) error {
	if v == nil {
		return nil
	}
	if err := printf(w, "\n%s  %s\n", heading, v.Digest); err != nil {
		return err
	}
	if err := imageTable(v).print(w); err != nil {
		return err
	}
	return printOthers(w, v.Others, v.Within)
}

// imageTable has a row for each platform of an image.
func imageTable(v *inspect.Image) *table {
	t := newTable("PLATFORM", "MANIFEST", "SIZE", "TESTS", "ATTESTATIONS")
	for _, p := range v.Platforms {
		kinds := make([]string, 0, len(p.Attestations))
		for _, kind := range p.Attestations {
			kinds = append(kinds, attestationWord(kind, p))
		}
		short, size := "-", "-"
		if p.Manifest != "" {
			short, size = p.Manifest[:min(19, len(p.Manifest))], units.HumanSize(float64(p.Size))
		}
		result := cmp.Or(p.Result, string(draft.Untested))
		if p.LookedAtBy != "" {
			result += ", looked at by " + p.LookedAtBy
		}
		t.add(withCompression(p.Platform, p.Compression), short, size, result, strings.Join(kinds, ", "))
	}
	return t
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
