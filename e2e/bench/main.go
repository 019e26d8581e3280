//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	rounds := flag.Int("rounds", 5, "how often each way is measured")
	size := flag.Int("size", 60, "size of each platform's layer in MB")
	match := flag.String("app", "", "measure only that whose name has this in it")
	scale := flag.Bool("scale", false, "measure how time and memory grow, not other ways")
	large := flag.Int("large", 1024, "size of the large layer in MB; five times that is needed on the disk")
	flag.Parse()
	work := func(b *bench) error { return b.compareAll(ctx, *rounds, *match) }
	if *scale {
		work = func(b *bench) error { return b.scale(ctx, *match, *rounds, *large) }
	}
	if err := run(ctx, *size, work); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, size int, work func(*bench) error) error {
	b, err := newBench(ctx, size<<20)
	if err != nil {
		return err
	}
	defer b.close()
	return work(b)
}

// compareAll measures all apps.
func (b *bench) compareAll(ctx context.Context, rounds int, match string) error {
	fmt.Printf("%d rounds, %d platforms, %d MB each; medians\n\n", rounds, len(platforms()), b.size>>20)
	fmt.Println("| app | situation | way | time | of by hand | of the floor | CPU | requests | MB sent | peak MB |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
	for _, a := range apps() {
		if match != "" && !strings.Contains(a.name, match) {
			continue
		}
		if err := b.use(a); err != nil {
			return fmt.Errorf("making %q: %w", a.name, err)
		}
		for _, s := range a.situations {
			if err := b.compare(ctx, s, rounds); err != nil {
				return fmt.Errorf("measuring %q, %q: %w", a.name, s.name, err)
			}
		}
	}
	return nil
}

// compare measures every way in turn, round by round, so that what else the machine does hits all alike.
func (b *bench) compare(ctx context.Context, s situation, rounds int) error {
	all := map[string][]sample{}
	for _, w := range b.ways() { // what earlier situations left differs from way to way
		if _, err := b.measure(ctx, w); err != nil {
			return err
		}
	}
	for range rounds {
		for _, w := range b.ways() {
			if err := b.change(s.changed); err != nil {
				return err
			}
			if s.cloned {
				if err := b.clone(); err != nil {
					return err
				}
			}
			taken, err := b.measure(ctx, w)
			if err != nil {
				return err
			}
			all[w.name] = append(all[w.name], taken)
		}
	}
	hand, floor := median(all["by hand"]).took, median(all["buildx --push"]).took
	for _, w := range b.ways() {
		m := median(all[w.name])
		fmt.Printf("| %s | %s | %s | %.2f s | %.2f | %.2f | %.2f s | %d | %.1f | %d |\n", b.app.name, s.name, w.name,
			m.took.Seconds(), ratio(m.took, hand), ratio(m.took, floor), m.cpu.Seconds(), m.requests,
			float64(m.bytes)/(1<<20), m.peak>>20)
	}
	return nil
}

func ratio(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }

// median is the sample in the middle by time.
func median(samples []sample) sample {
	sorted := slices.Clone(samples)
	slices.SortFunc(sorted, func(a, b sample) int { return int(a.took - b.took) })
	return sorted[len(sorted)/2]
}
