package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/verify"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Verification is what verify shows.
type Verification struct {
	Name      string                 `json:"name"`
	Digest    string                 `json:"digest"`
	Platforms []verify.PlatformCheck `json:"platforms"`
	// Others are the entries that are no images.
	Others []ocispec.Descriptor `json:"others,omitempty"`
	// Within are the indexes within it, whose images are among the platforms.
	Within []digest.Digest `json:"within,omitempty"`
	// Faults are those that belong to no platform.
	Faults []string `json:"faults,omitempty"`
}

// Print shows it in a format.
func (v Verification) Print(dockerCLI command.Cli, format string) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, v)
	case format == formatJSON:
		return encode(dockerCLI.Out(), v, "")
	}
	name := strings.TrimSuffix(v.Name, "@"+v.Digest) // it may have been named by it
	if err := printf(dockerCLI.Out(), "%s@%s\n", name, v.Digest); err != nil {
		return err
	}
	if err := showTable(dockerCLI.Out(), v.table()); err != nil {
		return err
	}
	return printOthers(dockerCLI.Out(), v.Others, v.Within)
}

// table has a row for each platform; what came of second builds is a column where there were any.
func (v Verification) table() *columns.Table {
	rebuilt := slices.ContainsFunc(v.Platforms, func(p verify.PlatformCheck) bool { return p.Reproduction != "" })
	header := []string{"PLATFORM", "LAYERS", "AUDIT", "TESTS", "FAULTS"}
	if rebuilt {
		header = slices.Insert(header, 4, "BUILT AGAIN") //nolint:mnd // before the faults
	}
	rows := columns.New(header...)
	for _, p := range v.Platforms {
		cells := []string{
			withCompression(p.Platform, p.Compression), fmt.Sprint(p.Layers), auditWord(p),
			cmp.Or(strings.ToLower(p.Record), "no record"),
		}
		if rebuilt {
			cells = append(cells, cmp.Or(strings.ToLower(p.Reproduction), "no record"))
		}
		rows.Add(append(cells, cmp.Or(strings.Join(p.Faults, "; "), "none"))...)
	}
	return rows
}

// withCompression is a platform in a table.
func withCompression(platform, compression string) string {
	if compression == "" {
		return platform
	}
	return platform + " (" + compression + ")"
}

// printOthers names the entries of an index that are no images, and the indexes within it.
func printOthers(w io.Writer, others []ocispec.Descriptor, within []digest.Digest) error {
	for _, id := range within {
		if err := printf(w, "index within: %s\n", id); err != nil {
			return err
		}
	}
	for _, entry := range others {
		if err := printf(w, "no image: %s\n", manifest.DescribeOther(entry)); err != nil {
			return err
		}
	}
	return nil
}

// auditWord is the cell of the table.
func auditWord(p verify.PlatformCheck) string {
	switch n := len(p.Foreign()); {
	case p.Audited == 0:
		return "-"
	case n > 0:
		return Count(n, "error")
	}
	return "ok"
}

// Faults lists what was found in lines, each with its platform.
func Faults(report verify.Report) []string {
	lines := slices.Clone(report.Faults)
	for _, p := range report.Platforms {
		for _, fault := range p.Faults {
			lines = append(lines, p.Platform+": "+fault)
		}
		lines = append(lines, trial.AuditLines(p.Platform, p.Foreign(), "docker multiplat verify --deep --format json")...)
		if len(p.Foreign()) > 0 && p.RecordedAllowForeign != "" {
			lines = append(lines, p.Platform+": "+trial.RecordedException(p.RecordedAllowForeign))
		}
	}
	return lines
}
