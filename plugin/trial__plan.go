package plugin

import (
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// trialMode is how far an image is taken.
type trialMode int

// The modes; each does what the one before it does, but that nothing is tested where a person is asked.
const (
	auditMode  trialMode = iota // audited only
	loadMode                    // and loaded
	testMode                    // and tested
	manualMode                  // loaded, and a person is asked
)

// emulationChoice says what to do with platforms that need an emulator.
type emulationChoice string

// What to do with platforms that need an emulator.
const (
	emulationAllow     emulationChoice = "allow"
	emulationBuildOnly emulationChoice = "build-only"
	emulationNever     emulationChoice = "never"
)

// trialPlan says what is done to each image. Build plans and test plans have one.
type trialPlan struct {
	// name is the image as it was asked for: NAME:TAG of a draft, or NAME@DIGEST of what stands in a registry.
	name         reference.Named
	mode         trialMode
	tests        localtest.Spec
	allowForeign audit.Globs
	emulation    emulationChoice
	// reuse takes over a passed verdict of the same image under the same settings.
	reuse bool
	// jobs is how many images are tried at once; 0: as many as the engine has room for.
	jobs int
}

// published tells that the image stands in a registry, and not in a draft.
func (p trialPlan) published() bool {
	_, digested := p.name.(reference.Canonical)
	return digested
}

// recordName is the name that a record speaks of. A digest is no part of it: the record is in what has a digest.
func (p trialPlan) recordName() string {
	if p.published() {
		return p.name.Name()
	}
	return p.name.String()
}
