package builder

import (
	"context"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// DefaultName is [Client.DefaultName].
func DefaultName(dockerCLI command.Cli) string { return New(dockerCLI).DefaultName() }

// Resolve is [Client.Resolve].
func Resolve(dockerCLI command.Cli, name string) (string, error) { return New(dockerCLI).Resolve(name) }

// Exists is [Client.Exists].
func Exists(dockerCLI command.Cli, name string) (bool, error) { return New(dockerCLI).Exists(name) }

// Look is [Client.Inspect].
func Look(ctx context.Context, dockerCLI command.Cli, name string, asked []ocispec.Platform) (Survey, error) {
	return New(dockerCLI).Inspect(ctx, name, asked)
}

// Attach is [Client.Load].
func Attach(ctx context.Context, dockerCLI command.Cli, name string) (*Builder, error) {
	return New(dockerCLI).Load(ctx, name)
}

// Open is [Client.Boot].
func Open(ctx context.Context, dockerCLI command.Cli, name string, pw progress.Writer) (*Builder, error) {
	return New(dockerCLI).Boot(ctx, name, pw)
}

// Remove is [Client.Remove].
func Remove(ctx context.Context, dockerCLI command.Cli, name string, keepCache bool) (bool, error) {
	return New(dockerCLI).Remove(ctx, name, keepCache)
}

// Lock is [Client.Lock].
func Lock(ctx context.Context, dockerCLI command.Cli, key string) (func(), error) {
	return New(dockerCLI).Lock(ctx, key)
}

// ReadEmulators is [Client.Emulators].
func ReadEmulators(ctx context.Context, dockerCLI command.Cli, e Engine, b *Builder) (Emulators, error) {
	return New(dockerCLI).Emulators(ctx, e, b)
}

// DiskUsage is [Client.DiskUsage].
func DiskUsage(ctx context.Context, dockerCLI command.Cli, name string) (size int64, running bool, err error) {
	return New(dockerCLI).DiskUsage(ctx, name)
}
