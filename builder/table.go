package builder

import (
	"context"
	"os"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// Emulators is what is known of the emulators of an engine's host.
type Emulators struct {
	binfmt.Table
	// Known is false where the table could not be read: the engine is elsewhere, and there is no image with a shell.
	Known bool
	// Held is true where only the builder's container has binfmt_misc mounted: the entries go when it stops.
	Held bool
}

// ReadEmulators reads the kernel's table on the engine's host: directly where that is this machine, else through a
// short-lived container of the builder's image. b may be nil.
func ReadEmulators(ctx context.Context, dockerCLI command.Cli, e Engine, b *Builder) (Emulators, error) {
	table, known, err := hostTable(ctx, dockerCLI, e, b)
	if err != nil || !known || table.Mounted || !table.Kernel || b == nil {
		return Emulators{Table: table, Known: known}, err
	}
	held, ok, err := b.HeldEmulators(ctx)
	if err != nil || !ok {
		return Emulators{Table: table, Known: true}, err
	}
	return Emulators{Table: held, Known: true, Held: true}, nil
}

func hostTable(ctx context.Context, dockerCLI command.Cli, e Engine, b *Builder) (binfmt.Table, bool, error) {
	if e.local() {
		table, err := binfmt.ReadFolder(binfmt.Folder)
		return table, err == nil, err
	}
	if b == nil || !b.Running() {
		return binfmt.Table{}, false, nil
	}
	image, err := b.DaemonImage(ctx)
	if err != nil || image == "" {
		return binfmt.Table{}, false, err
	}
	table, err := binfmt.ReadHost(ctx, dockerCLI.Client(), image)
	return table, err == nil, err
}

// local tells whether the engine's host is this machine, as far as can be told: its socket may be forwarded, but then
// name and kernel are another machine's.
func (e Engine) local() bool {
	if !strings.HasPrefix(e.Host, "unix://") {
		return false
	}
	name, err := os.Hostname()
	if err != nil || name != e.Name {
		return false
	}
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	return err == nil && strings.TrimSpace(string(release)) == e.Kernel
}
