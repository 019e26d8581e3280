package trial

import (
	"slices"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
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
	Name reference.Named
	Mode Mode
	Wanted
	// Own are the platforms for which something else is wanted; the first that fits counts.
	Own       []Own
	Emulation Emulation
	// Here says that images are to be loaded into the engine in use, whatever tests them best.
	Here bool
	// Reuse takes over a passed verdict of the same image under the same settings.
	Reuse bool
	// Trust says how registries are reached that images are pulled from, or sent to for tests in a cluster.
	Trust dockercli.Trust
	// Jobs is how many images are tried at once; 0: as many as the engine has room for.
	Jobs int
}

// Wanted is what an image is put to.
type Wanted struct {
	Tests        localtest.Spec
	AllowForeign audit.Globs
	Parity       Parity
	// Skips are the platforms that are left out.
	Skips []Skip
	// On says which engines test which platforms, the later before the earlier.
	On []Station
	// Flags are the tests as they are written on a command line, to be repeated.
	Flags []string
}

// Skip is a platform whose tests are left out, and why.
type Skip struct {
	Platform ocispec.Platform
	Reason   string
}

// Own is what is wanted of one platform alone, or, of none, of any.
type Own struct {
	Platform         ocispec.Platform
	Native, Emulated Wanted
}

// For is what is wanted of a platform.
func (p Plan) For(of ocispec.Platform, emulated bool) Wanted {
	for _, own := range p.Own {
		if own.Platform.OS != "" && !platform.Satisfies(of, own.Platform) {
			continue
		}
		if emulated {
			return own.Emulated
		}
		return own.Native
	}
	return p.Wanted
}

// Alike is whether the platforms have to be the same app: what is wanted of any of them says it.
func (p Plan) Alike() Parity {
	for _, own := range p.Own {
		if own.Platform.OS == "" {
			return own.Native.Parity
		}
	}
	return p.Parity
}

// Each changes every specification of tests in the plan.
func (p *Plan) Each(change func(*localtest.Spec)) {
	change(&p.Tests)
	for i := range p.Own {
		change(&p.Own[i].Native.Tests)
		change(&p.Own[i].Emulated.Tests)
	}
}

// Asks tells whether any test but the smoke test is asked for, on any platform.
func (p Plan) Asks() bool {
	return slices.ContainsFunc(p.specs(), localtest.Spec.Asked)
}

// specs are all tests that the plan speaks of.
func (p Plan) specs() []localtest.Spec {
	list := []localtest.Spec{p.Tests}
	for _, own := range p.Own {
		list = append(list, own.Native.Tests, own.Emulated.Tests)
	}
	return list
}

// Skipped is why a platform is left out; empty: it is not.
func (w Wanted) Skipped(of ocispec.Platform) string {
	for _, skip := range w.Skips {
		if platform.Satisfies(of, skip.Platform) {
			return skip.Reason
		}
	}
	return ""
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
