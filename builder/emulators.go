package builder

import (
	"context"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
)

// Emulators is what is known of the emulators of an engine's host.
type Emulators struct {
	binfmt.Table
	// Known is false where the table could not be read: the engine is elsewhere, and there is no image with a shell.
	Known bool
	// Held is true where only the builder's container has binfmt_misc mounted: the entries go when it stops.
	Held bool
}

// Emulators reads the kernel's table on the engine's host: directly where that is this machine, else through a
// short-lived container of the builder's image. b may be nil.
func (c *Client) Emulators(ctx context.Context, e engine.Engine, b *Builder) (Emulators, error) {
	table, known, err := c.hostTable(ctx, e, b)
	if err != nil || !known || table.Mounted || !table.Kernel || b == nil {
		return Emulators{Table: table, Known: known}, err
	}
	held, ok, err := b.MountedTable(ctx)
	if err != nil || !ok {
		return Emulators{Table: table, Known: true}, err
	}
	return Emulators{Table: held, Known: true, Held: true}, nil
}

// hostTable reads the table that the host itself has mounted.
func (c *Client) hostTable(ctx context.Context, e engine.Engine, b *Builder) (binfmt.Table, bool, error) {
	if e.Local() {
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
	table, err := binfmt.ReadHost(ctx, c.dockerCLI.Client(), image)
	return table, err == nil, err
}
