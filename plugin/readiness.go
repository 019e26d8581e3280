package plugin

import (
	"encoding/json"
	"fmt"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// readiness is one row of what init has seen.
type readiness struct {
	Platform    string `json:"platform"`
	Native      bool   `json:"native"`
	EngineRuns  bool   `json:"engineRuns"`
	BuilderRuns bool   `json:"builderRuns"`
	Node        string `json:"node,omitempty"`
	// Untestable is true for a platform whose programs cannot be run by an engine like this one.
	Untestable bool   `json:"untestable,omitempty"`
	Reason     string `json:"reason,omitempty"`

	platform ocispec.Platform
}

func readinessOf(engine builder.Engine, f binfmt.Finding) readiness {
	return readiness{
		Platform: manifest.FormatPlatform(f.Platform), Native: engine.Native(f.Platform), EngineRuns: f.Runs,
		Untestable: f.Untestable, Reason: f.Reason, platform: f.Platform,
	}
}

func (r readiness) ready() bool { return r.EngineRuns && r.BuilderRuns }

func (s *setup) report() error {
	if err := writeMachine(s.dockerCLI, machine{Platforms: readyPlatforms(s.rows)}); err != nil {
		return err
	}
	if err := s.print(); err != nil {
		return err
	}
	var lacking []string
	for _, row := range s.rows {
		if !row.ready() && !row.Untestable {
			lacking = append(lacking, row.Platform)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return fail(builder.ErrNotReady, fmt.Errorf("programs of %s do not run on this machine", strings.Join(lacking, ", ")),
		"sudo mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && docker multiplat init",
		"the emulators were installed, but are not there now: on the engine's host binfmt_misc is most likely not mounted")
}

func readyPlatforms(rows []readiness) []string {
	var names []string
	for _, row := range rows {
		if row.ready() {
			names = append(names, row.Platform)
		}
	}
	return names
}

func (s *setup) print() error {
	if s.options.format == formatJSON {
		return json.NewEncoder(s.dockerCLI.Out()).Encode(s.rows)
	}
	rows := newTable("PLATFORM", "KIND", "ENGINE", "BUILDER", "NODE")
	for _, r := range s.rows {
		kind := "emulated"
		if r.Native {
			kind = "native"
		}
		if r.Untestable {
			rows.add(r.Platform, "foreign", "cannot be tested here", "", "")
			continue
		}
		rows.add(r.Platform, kind, runs(r.EngineRuns), runs(r.BuilderRuns), r.Node)
	}
	if err := rows.print(s.dockerCLI.Out()); err != nil || s.options.silent() {
		return err
	}
	verb := "created"
	if s.builder.Reused {
		verb = "reused"
	}
	say(s.dockerCLI, "builder %s %s, engine %s at %s", s.builder.Name, verb, s.engine.Version, s.engine.Host)
	for _, note := range s.notes {
		say(s.dockerCLI, "%s", note)
	}
	for _, r := range s.rows {
		if !r.ready() && r.Reason != "" && !r.Untestable {
			say(s.dockerCLI, "%s: %s", r.Platform, r.Reason)
		}
	}
	return nil
}

func runs(yes bool) string {
	if yes {
		return "runs"
	}
	return "does not run"
}
