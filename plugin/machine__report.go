package plugin

import (
	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// machineReport is what init and status show. The names of its keys are part of the contract.
type machineReport struct {
	Ready     bool          `json:"ready"`
	Engine    engineReport  `json:"engine"`
	Builder   builderReport `json:"builder"`
	Platforms []readiness   `json:"platforms"`
	Notes     []string      `json:"notes,omitempty"`

	absent []readiness `json:"-"` // those of --platform all that nothing here is for
	// warnings are those of the notes that are about entries of the kernel's table, and image the emulator image.
	warnings []binfmt.Warning `json:"-"`
	image    string           `json:"-"`
}

// engineReport is what there is to know of the engine.
type engineReport struct {
	Host     string `json:"host"`
	Version  string `json:"version"`
	Platform string `json:"platform"`
	// Store is containerd or classic.
	Store    string `json:"store"`
	Rootless bool   `json:"rootless,omitempty"`
}

// builderReport is what there is to know of the builder.
type builderReport struct {
	Name    string       `json:"name"`
	Driver  string       `json:"driver,omitempty"`
	Status  string       `json:"status"`
	Problem string       `json:"problem,omitempty"`
	Nodes   []nodeReport `json:"nodes,omitempty"`
	running bool         `json:"-"`
	problem error        `json:"-"`
}

// nodeReport is one node of the builder.
type nodeReport struct {
	Name     string   `json:"name"`
	Endpoint string   `json:"endpoint"`
	Status   string   `json:"status"`
	BuildKit string   `json:"buildkit,omitempty"`
	Declares []string `json:"declares,omitempty"`
}

// engineReportOf describes an engine.
func engineReportOf(e builder.Engine) engineReport {
	store := "classic"
	if e.ContainerdStore {
		store = "containerd"
	}
	return engineReport{
		Host: e.Host, Version: e.Version, Platform: manifest.FormatPlatform(e.Platform), Store: store, Rootless: e.Rootless,
	}
}

// builderReportOf describes a builder.
func builderReportOf(b *builder.Builder) builderReport {
	r := builderReport{Name: b.Name, Driver: b.Driver, Status: "stopped", running: b.Running()}
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
