package plugin

import (
	"context"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// builders gives the builders of the Docker CLI in use.
type builders struct{ cli command.Cli }

// builders contacts nothing.
func (h host) builders() builders { return builders{cli: h.cli} }

// defaultName is the name of our own builder for the docker context in use.
func (b builders) defaultName() string { return builder.DefaultName(b.cli) }

// resolve chooses the builder: the one named, else our own, else the one in use.
func (b builders) resolve(name string) (string, error) { return builder.Resolve(b.cli, name) }

// exists tells whether there is a builder of that name.
func (b builders) exists(name string) (bool, error) { return builder.Exists(b.cli, name) }

// load loads a builder as it is.
func (b builders) load(ctx context.Context, name string) (*builder.Builder, error) {
	return builder.Attach(ctx, b.cli, name)
}

// boot loads a builder and starts what does not run of it.
func (b builders) boot(ctx context.Context, name string, pw progress.Writer) (*builder.Builder, error) {
	return builder.Open(ctx, b.cli, name, pw)
}

// remove takes a builder away, and tells whether there was one.
func (b builders) remove(ctx context.Context, name string, keepCache bool) (bool, error) {
	return builder.Remove(ctx, b.cli, name, keepCache)
}

// lock waits until no other command holds the key.
func (b builders) lock(ctx context.Context, key string) (func(), error) {
	return builder.Lock(ctx, b.cli, key)
}

// emulators reads the kernel's table on the engine's host; of may be nil.
func (b builders) emulators(ctx context.Context, e builder.Engine, of *builder.Builder) (builder.Emulators, error) {
	return builder.ReadEmulators(ctx, b.cli, e, of)
}

// compare finds out what create would do, and changes nothing.
func (b builders) compare(ctx context.Context, config builder.Config) (builder.Plan, error) {
	return builder.Compare(ctx, b.cli, config)
}

// create makes a builder, or uses the one that is there.
func (b builders) create(ctx context.Context, config builder.Config) (builder.Created, error) {
	return builder.Create(ctx, b.cli, config)
}

// certificateFolders are where the certificates of registries are.
func (b builders) certificateFolders() []string { return builder.CertificateFolders(b.cli) }
