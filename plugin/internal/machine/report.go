package machine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// Report is what init and status show. The names of its keys are part of the contract.
type Report struct {
	Ready     bool          `json:"ready"`
	Engine    EngineReport  `json:"engine"`
	Builder   BuilderReport `json:"builder"`
	Platforms []Readiness   `json:"platforms"`
	Notes     []string      `json:"notes,omitempty"`
	// Left is what killed processes of this user on this machine have left.
	Left []string `json:"left,omitempty"`

	absent []Readiness `json:"-"` // those of --platform all that nothing here is for
	// Warnings are those of the notes that are about entries of the kernel's table, and Image the emulator image.
	Warnings []binfmt.Warning `json:"-"`
	Image    string           `json:"-"`
}

// EngineReport is what there is to know of the engine.
type EngineReport struct {
	Host     string `json:"host"`
	Version  string `json:"version"`
	Platform string `json:"platform"`
	// Store is containerd or classic.
	Store    string `json:"store"`
	Rootless bool   `json:"rootless,omitempty"`
}

// BuilderReport is what there is to know of the builder.
type BuilderReport struct {
	Name    string       `json:"name"`
	Driver  string       `json:"driver,omitempty"`
	Status  string       `json:"status"`
	Problem string       `json:"problem,omitempty"`
	Nodes   []NodeReport `json:"nodes,omitempty"`
	Running bool         `json:"-"`
	Err     error        `json:"-"`
	// lost tells that none of its nodes answers, and engine of what the first is a container.
	lost   bool
	engine string
}

// NodeReport is one node of the builder.
type NodeReport struct {
	Name     string   `json:"name"`
	Endpoint string   `json:"endpoint"`
	Status   string   `json:"status"`
	BuildKit string   `json:"buildkit,omitempty"`
	Declares []string `json:"declares,omitempty"`
	// Problem is why it is out of reach.
	Problem string `json:"problem,omitempty"`

	where string
}

// engineReportOf describes an engine.
func engineReportOf(e engine.Engine) EngineReport {
	store := "classic"
	if e.ContainerdStore {
		store = "containerd"
	}
	return EngineReport{
		Host: e.Host, Version: e.Version, Platform: platform.Format(e.Platform), Store: store, Rootless: e.Rootless,
	}
}

// builderReportOf describes a builder.
func builderReportOf(b *builder.Builder) BuilderReport {
	r := BuilderReport{Name: b.Name, Driver: b.Driver, Status: "stopped", Running: b.Running()}
	var errs []error
	for _, n := range b.Nodes() {
		errs = append(errs, n.Err)
		r.Nodes = append(r.Nodes, NodeReport{
			Name: n.Name, Endpoint: n.Endpoint, Status: n.Status, BuildKit: n.Version, Declares: n.Declares, Problem: n.Problem,
			where: n.Where,
		})
	}
	switch gone := r.gone(); {
	case r.Running:
		r.Status = "running"
	case len(gone) > 0:
		r.Status, r.Problem, r.Err = "unreachable", strings.Join(gone, "; "), errors.Join(errs...)
		first := b.Nodes()[0]
		r.lost, r.engine = first.Away, first.Engine
	}
	return r
}

// gone says of each node that is out of reach why.
func (r BuilderReport) gone() (lines []string) {
	for _, n := range r.Nodes {
		if n.Problem != "" {
			lines = append(lines, fmt.Sprintf("node %q is out of reach: %s", n.Name, n.Problem))
		}
	}
	return lines
}

// places say of nodes that are in reach where they are and what they were given, unless there is but one for all.
func (r BuilderReport) places() (lines []string) {
	if len(r.Nodes) == 1 && len(r.Nodes[0].Declares) == 0 {
		return nil
	}
	for _, n := range r.Nodes {
		if n.Problem != "" {
			continue
		}
		line := fmt.Sprintf("node %q is %s", n.Name, n.where)
		if len(n.Declares) > 0 {
			line += ", and works for " + strings.Join(n.Declares, ", ")
		}
		lines = append(lines, line)
	}
	return lines
}
