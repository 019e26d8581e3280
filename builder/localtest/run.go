package localtest

import (
	"context"
	"fmt"
	"time"

	"github.com/docker/buildx/util/progress"
	enginecontainer "github.com/moby/moby/api/types/container"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// smoke is the name of the test that is run when no other is asked for.
const smoke = "smoke test"

// Run runs every test of spec on image. Each container is what `docker run --network none` makes of the image:
// started by ID, nothing pulled, standard input closed, no capability dropped or added. The error is for an
// engine that does not answer; what the image does wrong is in the report.
func Run(ctx context.Context, engine container.Engine, image Image, spec Spec, pw progress.Writer) (Report, error) {
	if len(spec.Commands) == 0 && !image.Runnable {
		return Report{Verdict: NothingToRun, Cases: []Case{{
			Name: smoke, Verdict: NothingToRun, Reason: "the image has no entrypoint and no command",
		}}}, nil
	}
	tests := spec.Commands
	if len(tests) == 0 {
		tests = []Command{{Text: smoke, KeepEntrypoint: true}}
	}
	cases := make([]Case, 0, len(tests))
	for _, test := range tests {
		name := fmt.Sprintf("[%s] testing %s", image.Platform, test.Text)
		err := progress.Wrap(name, pw.Write, func(log progress.SubLogger) error {
			c, err := runTwice(ctx, engine, image, spec, test)
			if err != nil {
				return err
			}
			cases = append(cases, c)
			return show(log, c)
		})
		if verdict := new(verdictError); err != nil && !asVerdict(err, verdict) {
			return conclude(cases), fmt.Errorf("testing %s: %w", image.Platform, err)
		}
	}
	return conclude(cases), nil
}

// runTwice repeats a test once whose emulator crashed: QEMU crashes at random, and that says nothing about the
// image. A crash is never counted as passed.
func runTwice(ctx context.Context, engine container.Engine, image Image, spec Spec, test Command) (Case, error) {
	for attempt := 1; ; attempt++ {
		exit, err := container.Run(ctx, engine, containerOf(image, spec, test))
		if err != nil {
			return Case{}, err
		}
		if attempt == 1 && crashed(image, exit) {
			continue
		}
		c := Case{Name: test.Text, Took: exit.Took, Output: tail(exit.Stdout, exit.Stderr)}
		c.Verdict, c.Reason, err = judge(ctx, image, spec, test, exit)
		return c, err
	}
}

func containerOf(image Image, spec Spec, test Command) container.Spec {
	config := enginecontainer.Config{Image: image.ID}
	if test.KeepEntrypoint {
		config.Cmd = test.Args
	} else {
		config.Entrypoint, config.Cmd = test.Args[:1], test.Args[1:]
	}
	limit := spec.limit(image.Emulated)
	if test.Text == smoke {
		limit = spec.startPeriod(image.Emulated)
	}
	return container.Spec{
		Purpose: "test", Config: config, Limit: limit,
		Host: enginecontainer.HostConfig{NetworkMode: "none"},
	}
}

func show(log progress.SubLogger, c Case) error {
	if c.Output != "" {
		log.Log(1, []byte(c.Output+"\n"))
	}
	if c.Verdict == Passed {
		return nil
	}
	return &verdictError{text: fmt.Sprintf("%s: %s", c.Verdict, c.Reason)}
}

// round makes durations readable.
func round(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }
