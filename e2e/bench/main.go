//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	rounds := flag.Int("rounds", 5, "how often each way is measured")
	size := flag.Int("size", 60, "size of each platform's layer in MB")
	flag.Parse()
	if err := run(ctx, *rounds, *size); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// situation is what changed since the last time.
type situation struct {
	name string
	// changed are the platforms whose layer is new.
	changed []string
}

func run(ctx context.Context, rounds, size int) error {
	b, err := newBench(ctx, size<<20)
	if err != nil {
		return err
	}
	defer b.close()
	fmt.Printf("%d rounds, %d platforms, one layer of %d MB each; medians\n\n", rounds, len(platforms()), size)
	fmt.Println("| situation | way | time | of by hand | of the floor | requests | MB sent | peak MB |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, s := range []situation{
		{"cold", platforms()}, {"one platform changed", platforms()[1:2]}, {"nothing changed", nil},
	} {
		if err := b.compare(ctx, s, rounds); err != nil {
			return fmt.Errorf("measuring %q: %w", s.name, err)
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
		fmt.Printf("| %s | %s | %.2f s | %.2f | %.2f | %d | %.1f | %d |\n", s.name, w.name, m.took.Seconds(),
			ratio(m.took, hand), ratio(m.took, floor), m.requests, float64(m.bytes)/(1<<20), m.peak>>20)
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
