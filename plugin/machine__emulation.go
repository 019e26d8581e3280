package plugin

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// emulation is what is known of the host's emulators besides what was run.
type emulation struct {
	table     builder.Emulators
	persisted binfmt.Persistence
	record    machineRecord
	// image is the emulator image.
	image string
}

// knownEmulators looks up what is known of the emulators that tests run on, as far as that starts no container: this
// kernel's table, where the engine is on this machine, and what init has noted. What cannot be read is not known, and
// nothing fails for it.
func knownEmulators(ctx context.Context, h host, engine builder.Engine) emulation {
	var e emulation
	var err error
	if e.table, err = h.builders().Emulators(ctx, engine, nil); err != nil {
		e.table.Known = false
	}
	if e.record, err = readMachine(h); err != nil {
		e.record = machineRecord{}
	}
	if e.persisted, err = binfmt.Persisted(ctx, h.engineClient()); err != nil {
		e.persisted = binfmt.Persistence{}
	}
	return e
}

// unknownEmulator stands for the emulator of an engine elsewhere, whose kernel cannot be asked without a container.
const unknownEmulator = "not known"

// identity tells one emulator of a platform from another in words: the kernel's entry, and the version of QEMU as init
// has noted it, or else the file behind the entry. QEMU itself does not tell its version to the programs it runs.
func (e emulation) identity(p ocispec.Platform) string {
	h, ok := e.table.For(p)
	if !e.table.Known || !ok {
		return unknownEmulator
	}
	text := fmt.Sprintf("%s (%s, %s)", h.Name, h.Interpreter, h.Flags)
	if added, ours := e.record.emulator(h.Name, e); ours {
		return text + fmt.Sprintf(", QEMU %s of %s", cmp.Or(added.QEMU, "of unknown version"), added.Image)
	}
	if file, err := os.Stat(h.Interpreter); err == nil {
		text += fmt.Sprintf(", %d bytes of %s", file.Size(), file.ModTime().UTC().Format(time.RFC3339))
	}
	return text
}

// knows tells whether there is an entry for p in the kernel's table, or its name is taken there, or an earlier init has
// got it to run: then it is missed when it does not.
func (e emulation) knows(p ocispec.Platform) bool {
	name := binfmt.EmulatorName(p.Architecture)
	_, there := e.table.For(p)
	_, taken := e.table.Named(name)
	return there || taken || slices.Contains(e.record.Platforms, manifest.FormatPlatform(p)) ||
		slices.ContainsFunc(e.record.Emulators, func(added addedEmulator) bool { return added.Name == name })
}
