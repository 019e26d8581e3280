package report

import (
	"encoding/json"
	"io"
	"time"
)

// Schema is where the schema of the JSON report is published.
const Schema = "https://raw.githubusercontent.com/docker-multiplat/docker-multiplat/main/docs/reference/" +
	"report.schema.json"

// The JSON report; times are in seconds.
type (
	jsonRun struct {
		Schema    string         `json:"$schema"`
		Image     string         `json:"image"`
		Verdict   string         `json:"verdict"`
		Summary   string         `json:"summary"`
		Failure   string         `json:"failure,omitempty"`
		Began     *time.Time     `json:"began,omitempty"`
		Seconds   float64        `json:"seconds,omitempty"`
		Images    []jsonImage    `json:"images"`
		Platforms []jsonPlatform `json:"platforms"`
	}
	jsonImage struct {
		Target    string `json:"target,omitempty"`
		Name      string `json:"name"`
		Digest    string `json:"digest,omitempty"`
		Published bool   `json:"published"`
	}
	jsonPlatform struct {
		Target   string `json:"target,omitempty"`
		Platform string `json:"platform"`
		// Execution is how its tests were run: native, emulated, or none where none was.
		Execution string `json:"execution"`
		Emulated  bool   `json:"emulated"`
		Cached    bool   `json:"cached"`
		Verdict   string `json:"verdict"`
		Reason    string `json:"reason,omitempty"`
		// Build is how it was built, where that is known, and Output what was written by the step that failed.
		Build        string     `json:"build,omitempty"`
		BuildSeconds float64    `json:"buildSeconds,omitempty"`
		Output       string     `json:"output,omitempty"`
		Notes        []string   `json:"notes,omitempty"`
		Seconds      float64    `json:"seconds"`
		Tests        []jsonCase `json:"tests"`
		// Emulators is what the build spent under an emulator, where that is worth saying.
		Emulators *Emulators `json:"emulators,omitempty"`
		Audit     *Audit     `json:"audit,omitempty"`
		Loaded    string     `json:"loaded,omitempty"`
		Engine    string     `json:"engine,omitempty"`
		Digests   []Digest   `json:"digests,omitempty"`
		Reused    Reuse      `json:"reused"`
		Timeline  []jsonStep `json:"timeline,omitempty"`
	}
	jsonStep struct {
		Phase    string  `json:"phase"`
		Step     string  `json:"step"`
		Began    float64 `json:"began"`
		Seconds  float64 `json:"seconds"`
		Emulated bool    `json:"emulated,omitempty"`
		Cached   bool    `json:"cached,omitempty"`
		Failed   bool    `json:"failed,omitempty"`
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
	out := jsonRun{
		Schema: Schema, Image: run.Name, Verdict: string(run.Verdict()), Summary: run.Headline(), Failure: run.Failure,
		Seconds: secondsOf(run.Took), Images: []jsonImage{}, Platforms: []jsonPlatform{},
	}
	if !run.Began.IsZero() {
		began := run.Began.UTC().Truncate(time.Millisecond)
		out.Began = &began
	}
	for _, image := range run.Images {
		out.Images = append(out.Images, jsonImage(image))
	}
	for _, p := range run.Platforms {
		out.Platforms = append(out.Platforms, jsonOf(p))
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

// jsonOf is a platform as the JSON report has it.
func jsonOf(p Platform) jsonPlatform {
	out := jsonPlatform{
		Target: p.Target, Platform: p.Name, Emulated: p.Emulated, Cached: p.Cached, Verdict: string(p.Verdict),
		Reason: p.Reason, Execution: p.execution(), Build: p.Build, BuildSeconds: secondsOf(p.BuildTook), Output: p.Output,
		Notes: p.Notes, Seconds: p.Took().Seconds(), Tests: []jsonCase{}, Emulators: p.Emulators, Audit: p.Audit,
		Loaded: p.Loaded, Engine: p.Engine, Digests: p.Digests, Reused: p.reused(),
	}
	if out.Audit != nil && out.Audit.Findings == nil {
		audit := *out.Audit
		audit.Findings = []Finding{}
		out.Audit = &audit
	}
	for _, c := range p.Cases {
		out.Tests = append(out.Tests, jsonCase{
			Name: c.Name, Verdict: string(c.Verdict), Reason: c.Reason, Seconds: c.Took.Seconds(),
			Stdout: c.Stdout, Stderr: c.Stderr,
		})
	}
	for _, s := range p.Steps {
		out.Timeline = append(out.Timeline, jsonStep{
			Phase: s.Phase, Step: s.Name, Began: secondsOf(s.Began), Seconds: secondsOf(s.Took),
			Emulated: s.Emulated, Cached: s.Cached, Failed: s.Failed,
		})
	}
	return out
}

// secondsOf is a time in seconds, to the millisecond.
func secondsOf(d time.Duration) float64 {
	const thousand = 1000
	return float64(d.Round(time.Millisecond)/time.Millisecond) / thousand
}
