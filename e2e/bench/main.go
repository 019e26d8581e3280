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
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := options{}
	what := flag.String("what", "start,merge,apps", "what is measured, in this order; besides these: scale")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each way is measured")
	flag.IntVar(&o.size, "size", 60, "size of each platform's layer in MB")
	flag.IntVar(&o.large, "large", 1024, "size of the large layer in MB; five times that is needed on the disk")
	flag.StringVar(&o.match, "only", "", "measure only apps, or what grows, whose name has this in it")
	flag.Parse()
	if err := run(ctx, o, strings.Split(*what, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are how much is measured.
type options struct {
	rounds, size, large int
	match               string
}

func run(ctx context.Context, o options, what []string) error {
	b, err := newBench(ctx, o.size<<20)
	if err != nil {
		return err
	}
	defer b.close()
	works := map[string]func() error{
		"start": func() error { return b.compareStarts(ctx, o.rounds) },
		"merge": func() error { return b.compareMerges(ctx, o.rounds) },
		"apps":  func() error { return b.compareAll(ctx, o.rounds, o.match) },
		"scale": func() error { return b.scale(ctx, o) },
	}
	for _, name := range what {
		work, has := works[name]
		if !has {
			return fmt.Errorf("%q is nothing that is measured: start, merge, apps and scale are", name)
		}
		if err := work(); err != nil {
			return err
		}
		fmt.Println()
	}
	return nil
}

// compareAll measures all apps.
func (b *bench) compareAll(ctx context.Context, rounds int, match string) error {
	fmt.Printf("%d rounds, %d platforms, %d MB each; medians\n\n", rounds, len(platforms()), b.size>>20)
	fmt.Println(
		"| app | situation | way | time | of by hand | of the floor | CPU | CPU of all | requests | MB sent | peak MB |",
	)
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|")
	for _, a := range b.apps() {
		if match != "" && !strings.Contains(a.name, match) {
			continue
		}
		if err := b.use(ctx, a); err != nil {
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
		fmt.Printf("| %s | %s | %s | %.2f s | %.2f | %.2f | %.2f s | %.1f s | %d | %.1f | %d |\n", b.app.name, s.name, w.name,
			m.took.Seconds(), ratio(m.took, hand), ratio(m.took, floor), m.cpu.Seconds(), m.busy.Seconds(),
			m.requests, float64(m.bytes)/(1<<20), m.peak>>20)
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
