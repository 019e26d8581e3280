//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// growth is something that there can be more or less of.
type growth struct {
	name string
	// sizes are how much of it there is, the smallest first.
	sizes []int
	// prepare makes it; nil: run does.
	prepare func(ctx context.Context, n int) error
	run     func(n int) [][]string
}

// scale measures how time and memory grow with what there is to do.
func (b *bench) scale(ctx context.Context, o options) error {
	fmt.Println("| what | how many | time | time of each | CPU | MB sent | peak MB | store MB |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, g := range b.growths(o.large) {
		if !strings.Contains(g.name, o.match) {
			continue
		}
		for _, n := range g.sizes {
			if err := b.grow(ctx, g, n, o.rounds); err != nil {
				return fmt.Errorf("measuring %d %s: %w", n, g.name, err)
			}
		}
	}
	return nil
}

// grow measures one size, and gives back what it took.
func (b *bench) grow(ctx context.Context, g growth, n, rounds int) error {
	var taken []sample
	for range rounds {
		if g.prepare != nil {
			if err := g.prepare(ctx, n); err != nil {
				return err
			}
		}
		one, err := b.measure(ctx, way{commands: g.run(n)})
		if err != nil {
			return err
		}
		taken = append(taken, one)
	}
	m, stored := median(taken), b.stored()
	fmt.Printf("| %s | %d | %.2f s | %.4f s | %.2f s | %.1f | %d | %.1f |\n", g.name, n, m.took.Seconds(),
		m.took.Seconds()/float64(n), m.cpu.Seconds(), float64(m.bytes)/(1<<20), m.peak>>20, float64(stored)/(1<<20))
	if _, err := b.exec(ctx, b.plugin(), "multiplat", "prune", "--all", "--force"); err != nil {
		return err
	}
	if left := b.stored(); left > 1<<20 {
		return fmt.Errorf("prune left %d bytes in the store", left)
	}
	return nil
}

// stored are the bytes of all files in the store.
func (b *bench) stored() (sum int64) {
	_ = filepath.WalkDir(b.path("docker", "multiplat", "store"), func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
		}
		return nil
	})
	return sum
}

// plugin is the binary that is measured.
func (b *bench) plugin() string { return b.path("docker", "cli-plugins", "docker-multiplat") }

// eight are the platforms of the bake file.
func eight() []string {
	return append(platforms(), "linux/ppc64le", "linux/riscv64", "linux/arm/v6", "linux/386")
}

func (b *bench) growths(large int) []growth {
	ours := b.wire.host + "/bench/scale"
	gate := []string{"--allow-untested", "--reason", "measured"}
	merge := func(source string) func(int) [][]string {
		return func(n int) [][]string {
			at, to := fmt.Sprintf("%s:%d", source, n), source+":merged"
			return [][]string{slices.Concat([]string{b.plugin(), "multiplat", "merge", "--quiet", "-t", to, at}, gate)}
		}
	}
	build := []string{b.plugin(), "multiplat", "build", "--quiet", "--platform", platforms()[0], "-t", ours + ":large"}
	return []growth{
		{"targets, for 8 platforms each", []int{1, 20}, b.targets, func(int) [][]string {
			return [][]string{{b.plugin(), "multiplat", "bake", "--quiet", "-f", b.path("app", "docker-bake.json")}}
		}},
		{"targets, unchanged", []int{1, 20}, b.builtTargets, func(int) [][]string {
			return [][]string{{b.plugin(), "multiplat", "bake", "--quiet", "-f", b.path("app", "docker-bake.json")}}
		}},
		{"layers of an image, merged", []int{20, 2000}, b.layers, merge(b.wire.host + "/bench/layers")},
		{"layers of an image, verified", []int{20, 2000}, b.layers, func(n int) [][]string {
			return [][]string{{b.plugin(), "multiplat", "verify", "--deep", fmt.Sprintf("%s/bench/layers:%d", b.wire.host, n)}}
		}},
		{"platforms of an index, merged", []int{5, 50}, b.index, merge(b.wire.host + "/bench/index")},
		{"MB of one layer, built", []int{64, large}, b.layer, func(int) [][]string {
			return [][]string{append(slices.Clone(build), b.path("app"))}
		}},
		{"MB of one layer, built and published", []int{64, large}, b.layer, func(int) [][]string {
			return [][]string{
				append(slices.Clone(build), b.path("app")),
				slices.Concat([]string{b.plugin(), "multiplat", "publish", "--quiet"}, gate, []string{ours + ":large"}),
			}
		}},
	}
}

// fresh is an empty build context.
func (b *bench) fresh() error {
	return errors.Join(os.RemoveAll(b.path("app")), os.MkdirAll(b.path("app"), 0o700))
}
