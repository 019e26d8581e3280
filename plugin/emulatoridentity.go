package plugin

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// knownEmulators looks up what is known of the emulators that tests run on, as far as that starts no container: this
// kernel's table, where the engine is on this machine, and what init has noted. What cannot be read is not known, and
// nothing fails for it.
func knownEmulators(ctx context.Context, dockerCLI command.Cli, engine builder.Engine) emulation {
	var e emulation
	var err error
	if e.table, err = builder.ReadEmulators(ctx, dockerCLI, engine, nil); err != nil {
		e.table.Known = false
	}
	if e.record, err = readMachine(dockerCLI); err != nil {
		e.record = machine{}
	}
	if e.persisted, err = binfmt.Persisted(ctx, dockerCLI.Client()); err != nil {
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
		return text + fmt.Sprintf(", QEMU %s of %s", firstOf(added.QEMU, "of unknown version"), added.Image)
	}
	if file, err := os.Stat(h.Interpreter); err == nil {
		text += fmt.Sprintf(", %d bytes of %s", file.Size(), file.ModTime().UTC().Format(time.RFC3339))
	}
	return text
}
