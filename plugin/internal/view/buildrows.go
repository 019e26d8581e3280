package view

import (
	"time"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
)

// Outcome is one row of the table of build and test, as --format prints it. The names of its keys and fields are
// part of the contract.
type Outcome struct {
	Platform string `json:"platform"`
	// Manifest is the digest of the image, empty where there is none.
	Manifest string `json:"manifest,omitempty"`
	// Build is how long it took to build, in seconds; Kind is native or emulated, empty where that is not known.
	Build float64 `json:"build,omitempty"`
	Kind  string  `json:"kind,omitempty"`
	Audit string  `json:"audit"`
	// Loaded is the name of the image in the engine.
	Loaded string `json:"loaded,omitempty"`
	// Engine is the docker context, or the address, of that engine; empty: it is the one in use.
	Engine string `json:"engine,omitempty"`
	// Tests are the tests by name, with what each of them said.
	Tests map[string]localtest.Verdict `json:"tests,omitempty"`
	// Emulated tells that an emulator ran the tests, Cached that they were run before.
	Emulated bool   `json:"emulated,omitempty"`
	Cached   bool   `json:"cached,omitempty"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason,omitempty"`
	// Differences are the ways in which the platform is not the app that another is.
	Differences []parity.Difference `json:"differences,omitempty"`
}

// FullHeader names the columns of a table that is made by a template.
func (Outcome) FullHeader() any {
	return map[string]string{
		"Platform": "PLATFORM", "Manifest": "MANIFEST", "Build": "SECONDS", "Kind": "BUILD", "Audit": "AUDIT",
		"Loaded": "LOADED", "Engine": "ENGINE", "Tests": "TESTS", "Emulated": "EMULATED", "Cached": "CACHED",
		"Verdict": "VERDICT", "Reason": "REASON",
	}
}

// outcomesOf are the rows of the table.
func outcomesOf(r build.Result) []Outcome {
	rows := make([]Outcome, 0, len(r.Rows))
	for _, row := range r.Rows {
		out := Outcome{
			Platform: platform.Format(row.Platform), Build: row.Took.Round(time.Millisecond).Seconds(),
			Kind: kindOf(r, row.Platform), Audit: auditWords(row), Loaded: row.Loaded, Emulated: row.Emulated,
			Engine: row.On, Cached: row.Reused, Verdict: string(row.State), Reason: row.Failure(), Differences: row.Differences,
		}
		if row.Image != nil {
			out.Manifest = row.Image.Manifest.Digest.String()
		}
		for _, c := range row.Report.Cases {
			if out.Tests == nil {
				out.Tests = map[string]localtest.Verdict{}
			}
			out.Tests[c.Name] = c.Verdict
		}
		rows = append(rows, out)
	}
	return rows
}

// printOutcomes puts the rows on standard output in the place of the result.
func printOutcomes(dockerCLI command.Cli, format string, rows []Outcome) error {
	if isTemplate(format) {
		return printRows(dockerCLI, format, rows)
	}
	return encodeEach(dockerCLI.Out(), rows)
}
