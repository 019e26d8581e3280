//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// bench is a user with a configuration, a builder and an app of their own.
type bench struct {
	folder  string
	environ []string
	size    int
	wire    *wire
	builder string
	app     app
}

// sample is one measured run.
type sample struct {
	took time.Duration
	// cpu is what the processes that were run have computed, those of the engine and the builder not among them.
	cpu time.Duration
	// busy is what all processors of the machine have computed meanwhile, for whomever.
	busy     time.Duration
	requests int
	bytes    int64
	// peak is the largest resident size of any one process that was run.
	peak int64
}

func platforms() []string {
	return []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"}
}

func newBench(ctx context.Context, size int) (*bench, error) {
	for _, name := range []string{"LAB_REGISTRY", "LAB_DIR", "DOCKER_HOST"} {
		if os.Getenv(name) == "" {
			return nil, errors.New(name + " is not set: run `make bench`, which brings the lab up first")
		}
	}
	folder, err := os.MkdirTemp("", "multiplat-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{folder: folder, size: size, builder: "bench-" + strings.ToLower(rand.Text()[:6])}
	if b.wire, err = newWire(os.Getenv("LAB_REGISTRY")); err != nil {
		return nil, err
	}
	config := filepath.Join(folder, "docker")
	b.environ = append(os.Environ(), "DOCKER_CONFIG="+config, "BUILDX_BUILDER="+b.builder)
	if err := b.install(config); err != nil {
		return nil, err
	}
	_, err = b.exec(ctx, "docker", "multiplat", "init", "--quiet", "--platform", strings.Join(platforms(), ","))
	return b, err
}

func (b *bench) path(parts ...string) string {
	return filepath.Join(append([]string{b.folder}, parts...)...)
}

// install links the plugins where the Docker CLI looks for them.
func (b *bench) install(config string) error {
	plugin, err := filepath.Abs(filepath.Join("bin", "docker-multiplat"))
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(filepath.Join(config, "cli-plugins"), 0o700),
		os.Symlink(plugin, filepath.Join(config, "cli-plugins", "docker-multiplat")),
		os.Symlink(
			filepath.Join(os.Getenv("LAB_DIR"), "bin", "buildx"),
			filepath.Join(config, "cli-plugins", "docker-buildx"),
		),
	)
}

func (b *bench) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := b.exec(ctx, "docker", "buildx", "rm", "--force", b.builder); err != nil {
		fmt.Fprintln(os.Stderr, "bench: cleaning up:", err)
	}
	_ = os.RemoveAll(b.folder)
}

func (b *bench) measure(ctx context.Context, w way) (sample, error) {
	b.wire.reset()
	var s sample
	before, err := busy()
	if err != nil {
		return s, err
	}
	started := time.Now()
	for _, args := range w.commands {
		one, err := b.exec(ctx, args...)
		if err != nil {
			return s, err
		}
		s.peak, s.cpu = max(s.peak, one.peak), s.cpu+one.cpu
	}
	s.took = time.Since(started)
	after, err := busy()
	s.busy = after - before
	s.requests, s.bytes = b.wire.counts()
	return s, err
}

// exec runs a command, and returns what it has computed and the largest resident size of its processes, in bytes.
func (b *bench) exec(ctx context.Context, args ...string) (s sample, err error) {
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Env, command.Dir = b.environ, b.folder
	output, err := command.CombinedOutput()
	if err != nil {
		return s, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, output)
	}
	usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return s, errors.New("the system does not tell how much memory a process had")
	}
	s.cpu = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	s.peak = usage.Maxrss << 10 // Linux counts in KiB, children that were waited for included
	return s, nil
}
