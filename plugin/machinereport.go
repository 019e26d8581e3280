package plugin

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// machineReport is what init and status show. The names of its keys are part of the contract.
type machineReport struct {
	Ready     bool          `json:"ready"`
	Engine    engineReport  `json:"engine"`
	Builder   builderReport `json:"builder"`
	Platforms []readiness   `json:"platforms"`
	Notes     []string      `json:"notes,omitempty"`

	absent []readiness // those of --platform all that nothing here is for
}

type engineReport struct {
	Host     string `json:"host"`
	Version  string `json:"version"`
	Platform string `json:"platform"`
	// Store is containerd or classic.
	Store    string `json:"store"`
	Rootless bool   `json:"rootless,omitempty"`
}

type builderReport struct {
	Name     string       `json:"name"`
	Driver   string       `json:"driver,omitempty"`
	Status   string       `json:"status"`
	Problem  string       `json:"problem,omitempty"`
	Nodes    []nodeReport `json:"nodes,omitempty"`
	existing bool
	running  bool
}

type nodeReport struct {
	Name     string   `json:"name"`
	Endpoint string   `json:"endpoint"`
	Status   string   `json:"status"`
	BuildKit string   `json:"buildkit,omitempty"`
	Declares []string `json:"declares,omitempty"`
}

func engineReportOf(e builder.Engine) engineReport {
	store := "classic"
	if e.ContainerdStore {
		store = "containerd"
	}
	return engineReport{
		Host: e.Host, Version: e.Version, Platform: manifest.FormatPlatform(e.Platform), Store: store, Rootless: e.Rootless,
	}
}

func builderReportOf(b *builder.Builder) builderReport {
	r := builderReport{Name: b.Name, Driver: b.Driver, Status: "stopped", existing: true, running: b.Running()}
	if r.running {
		r.Status = "running"
	}
	for _, n := range b.Nodes() {
		r.Nodes = append(r.Nodes, nodeReport{
			Name: n.Name, Endpoint: n.Endpoint, Status: n.Status, BuildKit: n.Version, Declares: n.Declares,
		})
	}
	return r
}

// print writes the report; quiet leaves the remarks away.
func (r machineReport) print(dockerCLI command.Cli, format string, quiet bool) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, r)
	case format == formatJSON:
		out := json.NewEncoder(dockerCLI.Out())
		out.SetIndent("", "  ")
		return out.Encode(r)
	}
	rows := newTable("PLATFORM", "KIND", "EMULATOR", "ENGINE", "BUILDER", "NODE", "AFTER A RESTART")
	for i := range r.Platforms {
		rows.add(r.Platforms[i].cells()...)
	}
	if err := rows.print(dockerCLI.Out()); err != nil || quiet {
		return err
	}
	for _, note := range r.Notes {
		say(dockerCLI, "%s", note)
	}
	return nil
}

// verdict is the error of a machine that is not ready: what is missing, why, and the command that mends it.
func (r machineReport) verdict() error {
	var lacking, notes []string
	next := ""
	for i := range r.Platforms {
		row := &r.Platforms[i]
		if !row.lacks() || !row.BuilderProbed && row.EngineRuns {
			continue
		}
		lacking = append(lacking, row.Platform)
		notes = append(notes, row.Platform+": "+row.why())
		next = firstOf(next, row.Fix)
	}
	switch {
	case len(lacking) > 0:
		return fail(builder.ErrNotReady, fmt.Errorf("programs of %s do not run on this machine", strings.Join(lacking, ", ")),
			firstOf(next, "docker multiplat init --platform "+strings.Join(lacking, ",")), notes...)
	case r.Builder.Problem != "":
		return fail(builder.ErrNotReady, fmt.Errorf("builder %s: %s", r.Builder.Name, r.Builder.Problem), r.initCommand())
	case !r.Builder.running:
		return fail(builder.ErrNotReady,
			fmt.Errorf("builder %s is %s, not probed: nothing is known of what it runs", r.Builder.Name, r.Builder.Status),
			r.initCommand(), "the next build starts it")
	}
	return nil
}

func (r machineReport) initCommand() string {
	next := "docker multiplat init"
	if r.Builder.Name != "" {
		next += " --builder " + r.Builder.Name
	}
	return next
}

// why puts what is wrong before what was said about it.
func (r *readiness) why() string {
	where := "in the builder"
	if !r.EngineRuns {
		where = "in the engine"
	}
	if r.Cause == "" {
		return where + ": " + r.Reason
	}
	return fmt.Sprintf("%s: %s (%s)", where, r.Cause, r.Reason)
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
