package report

import (
	"encoding/json"
	"io"
)

// The JSON report; times are in seconds.
type (
	jsonRun struct {
		Image     string         `json:"image"`
		Platforms []jsonPlatform `json:"platforms"`
	}
	jsonPlatform struct {
		Platform string `json:"platform"`
		// Execution is how its tests were run: native, emulated, or none where none was.
		Execution string `json:"execution"`
		Emulated  bool   `json:"emulated"`
		Cached    bool   `json:"cached"`
		Verdict   string `json:"verdict"`
		Reason    string `json:"reason,omitempty"`
		// Build is how it was built, where that is known, and Output what was written by the step that failed.
		Build   string     `json:"build,omitempty"`
		Output  string     `json:"output,omitempty"`
		Notes   []string   `json:"notes,omitempty"`
		Seconds float64    `json:"seconds"`
		Tests   []jsonCase `json:"tests"`
		// Emulators is what the build spent under an emulator, where that is worth saying.
		Emulators *Emulators `json:"emulators,omitempty"`
	}
	jsonCase struct {
		Name    string  `json:"name"`
		Verdict string  `json:"verdict"`
		Reason  string  `json:"reason,omitempty"`
		Seconds float64 `json:"seconds"`
		Stdout  string  `json:"stdout,omitempty"`
		Stderr  string  `json:"stderr,omitempty"`
	}
)

func writeJSON(w io.Writer, run Run) error {
	out := jsonRun{Image: run.Name, Platforms: []jsonPlatform{}}
	for _, p := range run.Platforms {
		platform := jsonPlatform{
			Platform: p.Name, Emulated: p.Emulated, Cached: p.Cached, Verdict: string(p.Verdict), Reason: p.Reason,
			Execution: p.execution(), Build: p.Build, Output: p.Output, Notes: p.Notes,
			Seconds: p.Took().Seconds(), Tests: []jsonCase{}, Emulators: p.Emulators,
		}
		for _, c := range p.Cases {
			platform.Tests = append(platform.Tests, jsonCase{
				Name: c.Name, Verdict: string(c.Verdict), Reason: c.Reason, Seconds: c.Took.Seconds(),
				Stdout: c.Stdout, Stderr: c.Stderr,
			})
		}
		out.Platforms = append(out.Platforms, platform)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}
