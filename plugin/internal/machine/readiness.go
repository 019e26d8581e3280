package machine

import (
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// Whether a platform still runs after the engine has restarted.
const (
	RestartYes       = "yes"
	RestartUntilBoot = "until-reboot" // the kernel keeps the emulator, the next one has none
	RestartNo        = "no"
	RestartUnknown   = "unknown"
)

// Remedy is what is known to help a platform that does not run.
type Remedy int

// What is known to help.
const (
	RemedyUnknown    Remedy = iota // nothing
	RemedyCause                    // what the kernel's table tells of the cause
	RemedyOtherImage               // another emulator image: this one has registered nothing
	RemedyOnHost                   // the emulator image, run as root on the engine's host
	RemedyInPods                   // the emulator image, run in the pods of the node before they build
	RemedyReach                    // that the node answers: no init brings it back
)

// Readiness is one row of what init and status have seen.
type Readiness struct {
	Platform string `json:"platform"`
	Native   bool   `json:"native"`
	// Emulator is the entry of the kernel's table that takes the platform's programs, QEMU its version where known.
	Emulator    string `json:"emulator,omitempty"`
	QEMU        string `json:"qemu,omitempty"`
	EngineRuns  bool   `json:"engineRuns"`
	BuilderRuns bool   `json:"builderRuns"`
	// NoEngine is true where there is no engine to run anything, and the builder needs none.
	NoEngine bool `json:"noEngine,omitempty"`
	// BuilderProbed is false where the builder was not running and was not to be started.
	BuilderProbed bool   `json:"builderProbed"`
	Node          string `json:"node,omitempty"`
	// Elsewhere names the node, and its endpoint, where that is on another engine than the one in use, or no container.
	Elsewhere    string `json:"-"`
	AfterRestart string `json:"afterRestart,omitempty"`
	// Untestable is true for a platform whose programs cannot be run by an engine like this one.
	Untestable bool `json:"untestable,omitempty"`
	// Reason is what the engine or the builder said, Cause what is wrong behind it, Fix the command that mends it.
	Reason string `json:"reason,omitempty"`
	Cause  string `json:"cause,omitempty"`
	Fix    string `json:"fix,omitempty"`

	Asked ocispec.Platform `json:"-"`
	// Image is the emulator image, Behind what the kernel's table tells of the cause, and Remedy what is known to help.
	Image  string       `json:"-"`
	Behind binfmt.Cause `json:"-"`
	Remedy Remedy       `json:"-"`
	// Lost is the node that does not answer.
	Lost *builder.DownError `json:"-"`
	// Unknown is true where no node has told whether it runs the platform without an emulator.
	Unknown bool `json:"-"`
	// optional is true where nobody named it, it was asked for as one of all, and nothing here is for it.
	optional bool
}

// FullHeader names the columns of a table that is made by a template.
func (Readiness) FullHeader() any {
	return map[string]string{
		"Platform": "PLATFORM", "Native": "NATIVE", "Emulator": "EMULATOR", "QEMU": "QEMU", "EngineRuns": "ENGINE RUNS",
		"NoEngine":    "NO ENGINE",
		"BuilderRuns": "BUILDER RUNS", "BuilderProbed": "BUILDER PROBED", "Node": "NODE",
		"AfterRestart": "AFTER A RESTART", "Untestable": "UNTESTABLE", "Reason": "REASON", "Cause": "CAUSE", "Fix": "FIX",
	}
}

// readinessOf is what the engine alone tells of a platform.
func readinessOf(engine engine.Engine, f binfmt.Finding) Readiness {
	return Readiness{
		Platform: platform.Format(f.Platform), Native: engine.Native(f.Platform), EngineRuns: f.Runs,
		Untestable: f.Untestable, Reason: f.Reason, Asked: f.Platform,
	}
}

// suits tells whether the engine runs the platform, or is not needed.
func (r *Readiness) suits() bool { return r.EngineRuns || r.NoEngine }

// ready tells whether the platform runs in the engine, where there is one, and in the builder.
func (r *Readiness) ready() bool { return r.suits() && r.BuilderRuns }

// lacks tells whether this row keeps the machine from being ready.
func (r *Readiness) lacks() bool { return !r.ready() && !r.Untestable && !r.optional }

// explain adds what the kernel's table tells about this row.
func (r *Readiness) explain(seen Emulators) {
	if r.NoEngine {
		r.optional = r.optional && !r.BuilderRuns
	}
	if r.Untestable || r.NoEngine {
		return
	}
	r.Image = seen.image
	r.optional = r.optional && !r.EngineRuns && !r.BuilderRuns && !seen.knows(r.Asked)
	r.AfterRestart = r.afterRestart(seen)
	if h, ok := seen.Table.For(r.Asked); ok && !r.Native {
		r.Emulator = h.Name
		if added, ours := seen.record.emulator(h.Name, seen); ours {
			r.QEMU = added.QEMU
		}
	}
	if r.EngineRuns || !seen.Table.Known {
		return
	}
	r.Behind = seen.Table.Explain(r.Asked)
	r.Cause, r.Remedy = r.Behind.Text, RemedyCause
}

// afterRestart says whether the platform still runs when the engine has restarted.
func (r *Readiness) afterRestart(seen Emulators) string {
	switch {
	case !r.EngineRuns:
		return ""
	case r.Native || seen.persisted.Covers(r.Asked.Architecture):
		return RestartYes
	case !seen.Table.Known:
		return RestartUnknown
	case seen.Table.Held:
		return RestartNo
	}
	return RestartUntilBoot
}

// readyPlatforms are those that run in the engine and in the builder.
func readyPlatforms(rows []Readiness) []string {
	names := []string{}
	for _, row := range rows {
		if row.ready() {
			names = append(names, row.Platform)
		}
	}
	return names
}
