package plugin

import (
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// Whether a platform still runs after the engine has restarted.
const (
	restartYes       = "yes"
	restartUntilBoot = "until-reboot" // the kernel keeps the emulator, the next one has none
	restartNo        = "no"
	restartUnknown   = "unknown"
)

// remedy is what is known to help a platform that does not run.
type remedy int

const (
	remedyUnknown    remedy = iota
	remedyCause             // what the kernel's table tells of the cause
	remedyOtherImage        // another emulator image: this one has registered nothing
	remedyOnHost            // the emulator image, run as root on the engine's host
)

// readiness is one row of what init and status have seen.
type readiness struct {
	Platform string `json:"platform"`
	Native   bool   `json:"native"`
	// Emulator is the entry of the kernel's table that takes the platform's programs, QEMU its version where known.
	Emulator    string `json:"emulator,omitempty"`
	QEMU        string `json:"qemu,omitempty"`
	EngineRuns  bool   `json:"engineRuns"`
	BuilderRuns bool   `json:"builderRuns"`
	// BuilderProbed is false where the builder was not running and was not to be started.
	BuilderProbed bool   `json:"builderProbed"`
	Node          string `json:"node,omitempty"`
	AfterRestart  string `json:"afterRestart,omitempty"`
	// Untestable is true for a platform whose programs cannot be run by an engine like this one.
	Untestable bool `json:"untestable,omitempty"`
	// Reason is what the engine or the builder said, Cause what is wrong behind it, Fix the command that mends it.
	Reason string `json:"reason,omitempty"`
	Cause  string `json:"cause,omitempty"`
	Fix    string `json:"fix,omitempty"`

	platform ocispec.Platform `json:"-"`
	// image is the emulator image, behind what the kernel's table tells of the cause, and remedy what is known to help.
	image  string       `json:"-"`
	behind binfmt.Cause `json:"-"`
	remedy remedy       `json:"-"`
	// optional is true where nobody named it, it was asked for as one of all, and nothing here is for it.
	optional bool
}

// readinessOf is what the engine alone tells of a platform.
func readinessOf(engine builder.Engine, f binfmt.Finding) readiness {
	return readiness{
		Platform: manifest.FormatPlatform(f.Platform), Native: engine.Native(f.Platform), EngineRuns: f.Runs,
		Untestable: f.Untestable, Reason: f.Reason, platform: f.Platform,
	}
}

// ready tells whether the platform runs in the engine and in the builder.
func (r *readiness) ready() bool { return r.EngineRuns && r.BuilderRuns }

// lacks tells whether this row keeps the machine from being ready.
func (r *readiness) lacks() bool { return !r.ready() && !r.Untestable && !r.optional }

// explain adds what the kernel's table tells about this row.
func (r *readiness) explain(seen emulation) {
	if r.Untestable {
		return
	}
	r.image = seen.image
	r.optional = r.optional && !r.EngineRuns && !r.BuilderRuns && !seen.knows(r.platform)
	r.AfterRestart = r.afterRestart(seen)
	if h, ok := seen.table.For(r.platform); ok && !r.Native {
		r.Emulator = h.Name
		if added, ours := seen.record.emulator(h.Name, seen); ours {
			r.QEMU = added.QEMU
		}
	}
	if r.EngineRuns || !seen.table.Known {
		return
	}
	r.behind = seen.table.Explain(r.platform)
	r.Cause, r.remedy = r.behind.Text, remedyCause
}

// afterRestart says whether the platform still runs when the engine has restarted.
func (r *readiness) afterRestart(seen emulation) string {
	switch {
	case !r.EngineRuns:
		return ""
	case r.Native || seen.persisted.Covers(r.platform.Architecture):
		return restartYes
	case !seen.table.Known:
		return restartUnknown
	case seen.table.Held:
		return restartNo
	}
	return restartUntilBoot
}

// readyPlatforms are those that run in the engine and in the builder.
func readyPlatforms(rows []readiness) []string {
	names := []string{}
	for _, row := range rows {
		if row.ready() {
			names = append(names, row.Platform)
		}
	}
	return names
}
