package plugin

import (
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// everyPlatform is the word for every platform there is an emulator for.
const everyPlatform = "all"

// knows tells whether there is an entry for p in the kernel's table, or its name is taken there, or an earlier init has
// got it to run: then it is missed when it does not.
func (e emulation) knows(p ocispec.Platform) bool {
	name := binfmt.EmulatorName(p.Architecture)
	_, there := e.table.For(p)
	_, taken := e.table.Named(name)
	return there || taken || slices.Contains(e.record.Platforms, manifest.FormatPlatform(p)) ||
		slices.ContainsFunc(e.record.Emulators, func(added addedEmulator) bool { return added.Name == name })
}

// settle drops the rows of --platform all that nothing here is for: nobody has asked for one of them.
func (r *machineReport) settle() {
	kept := []readiness{}
	var names []string
	for _, row := range r.Platforms {
		if row.optional {
			r.absent = append(r.absent, row)
			names = append(names, row.Platform)
			continue
		}
		kept = append(kept, row)
	}
	r.Platforms = kept
	if len(names) > 0 {
		r.Notes = append(r.Notes, "not available: "+strings.Join(names, ", "))
	}
}

// judge is the verdict over what was asked for and, after settle, over all: a machine that emulates nothing is not
// ready for all.
func (r *machineReport) judge() error {
	if err := r.verdict(); err != nil || len(r.absent) == 0 {
		return err
	}
	for i := range r.Platforms {
		if r.Platforms[i].EngineRuns && !r.Platforms[i].Native {
			return nil
		}
	}
	first := &r.absent[0]
	return fail(builder.ErrNotReady, fmt.Errorf("no platform but the engine's own runs on this machine"),
		firstOf(first.Fix, "docker multiplat init --platform "+first.Platform), first.Platform+": "+first.why())
}
