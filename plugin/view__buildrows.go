package plugin

import (
	"encoding/json"
	"time"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// outcomeView is one row of the table of build and test, as --format prints it. The names of its keys and fields are
// part of the contract.
type outcomeView struct {
	Platform string `json:"platform"`
	// Manifest is the digest of the image, empty where there is none.
	Manifest string `json:"manifest,omitempty"`
	// Build is how long it took to build, in seconds; Kind is native or emulated, empty where that is not known.
	Build float64 `json:"build,omitempty"`
	Kind  string  `json:"kind,omitempty"`
	Audit string  `json:"audit"`
	// Loaded is the name of the image in the engine.
	Loaded string `json:"loaded,omitempty"`
	// Tests are the tests by name, with what each of them said.
	Tests map[string]localtest.Verdict `json:"tests,omitempty"`
	// Emulated tells that an emulator ran the tests, Cached that they were run before.
	Emulated bool   `json:"emulated,omitempty"`
	Cached   bool   `json:"cached,omitempty"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason,omitempty"`
}

// FullHeader names the columns of a table that is made by a template.
func (outcomeView) FullHeader() any {
	return map[string]string{
		"Platform": "PLATFORM", "Manifest": "MANIFEST", "Build": "SECONDS", "Kind": "BUILD", "Audit": "AUDIT",
		"Loaded": "LOADED", "Tests": "TESTS", "Emulated": "EMULATED", "Cached": "CACHED", "Verdict": "VERDICT",
		"Reason": "REASON",
	}
}

// outcomesOf are the rows of the table.
func outcomesOf(r buildResult) []outcomeView {
	rows := make([]outcomeView, 0, len(r.rows))
	for _, row := range r.rows {
		out := outcomeView{
			Platform: manifest.FormatPlatform(row.platform), Build: row.took.Round(time.Millisecond).Seconds(),
			Kind: kindOf(r, row.platform), Audit: auditWords(row), Loaded: row.loaded, Emulated: row.emulated,
			Cached: row.reused, Verdict: string(row.state), Reason: row.failure(),
		}
		if row.image != nil {
			out.Manifest = row.image.Manifest.Digest.String()
		}
		for _, c := range row.report.Cases {
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
func printOutcomes(dockerCLI command.Cli, format string, rows []outcomeView) error {
	if isTemplate(format) {
		return printRows(dockerCLI, format, rows)
	}
	return json.NewEncoder(dockerCLI.Out()).Encode(rows)
}
