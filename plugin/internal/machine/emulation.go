package machine

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
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Emulators is what is known of the host's emulators besides what was run.
type Emulators struct {
	Table     builder.Emulators
	persisted binfmt.Persistence
	record    Record
	// image is the emulator image.
	image string
}

// KnownEmulators looks up what is known of the emulators that tests run on, as far as that starts no container: this
// kernel's table, where the engine is on this machine, and what init has noted. What cannot be read is not known, and
// nothing fails for it.
func KnownEmulators(ctx context.Context, h dockercli.Host, engine engine.Engine) Emulators {
	var e Emulators
	var err error
	if e.Table, err = h.Builders().Emulators(ctx, engine, nil); err != nil {
		e.Table.Known = false
	}
	if e.record, err = ReadRecord(h); err != nil {
		e.record = Record{}
	}
	if e.persisted, err = binfmt.Persisted(ctx, h.EngineClient()); err != nil {
		e.persisted = binfmt.Persistence{}
	}
	return e
}

// unknownEmulator stands for the emulator of an engine elsewhere, whose kernel cannot be asked without a container.
const unknownEmulator = "not known"

// Identity tells one emulator of a platform from another in words: the kernel's entry, and the version of QEMU as init
// has noted it, or else the file behind the entry. QEMU itself does not tell its version to the programs it runs.
func (e Emulators) Identity(p ocispec.Platform) string {
	h, ok := e.Table.For(p)
	if !e.Table.Known || !ok {
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
func (e Emulators) knows(p ocispec.Platform) bool {
	name := binfmt.EmulatorName(p.Architecture)
	_, there := e.Table.For(p)
	_, taken := e.Table.Named(name)
	return there || taken || e.record.everProven(platform.Format(p)) ||
		slices.ContainsFunc(e.record.Emulators, func(added addedEmulator) bool { return added.Name == name })
}
