package trial

import (
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// Mode is how far an image is taken.
type Mode int

// The modes; each does what the one before it does, but that nothing is tested where a person is asked.
const (
	Audit  Mode = iota // audited only
	Load               // and loaded
	Test               // and tested
	Manual             // loaded, and a person is asked
)

// Emulation says what to do with platforms that need an emulator.
type Emulation string

// What to do with platforms that need an emulator.
const (
	EmulationAllow     Emulation = "allow"
	EmulationBuildOnly Emulation = "build-only"
	EmulationNever     Emulation = "never"
)

// Plan says what is done to each image. Build plans and test plans have one.
type Plan struct {
	// Name is the image as it was asked for: NAME:TAG of a draft, or NAME@DIGEST of what stands in a registry.
	Name         reference.Named
	Mode         Mode
	Tests        localtest.Spec
	AllowForeign audit.Globs
	Parity       Parity
	// Flags are the tests as they are written on a command line, to be repeated.
	Flags     []string
	Emulation Emulation
	// Reuse takes over a passed verdict of the same image under the same settings.
	Reuse bool
	// Jobs is how many images are tried at once; 0: as many as the engine has room for.
	Jobs int
}

// Published tells that the image stands in a registry, and not in a draft.
func (p Plan) Published() bool {
	_, digested := p.Name.(reference.Canonical)
	return digested
}

// RecordName is the name that a record speaks of. A digest is no part of it: the record is in what has a digest.
func (p Plan) RecordName() string {
	if p.Published() {
		return p.Name.Name()
	}
	return p.Name.String()
}
