package localtest

import (
	"context"
	"fmt"
	"time"

	"github.com/docker/buildx/util/progress"
)

// smoke is the name of the test that is run when no other is asked for.
const smoke = "smoke test"

// runner runs the tests of one image.
type runner struct {
	engine Engine
	image  Image
	spec   Spec
}

// trial is one test. Its run returns an error for an engine that does not answer; what the image does wrong is in the
// case. The name of the case is set by who runs it.
type trial struct {
	name string
	run  func(context.Context) (Case, error)
}

// Run runs every test of spec on image. Each container is what `docker run --network none` makes of the image, with
// the limits of spec: started by ID, nothing pulled, standard input closed but for a dialogue, no capability dropped or
// added. The error is for an engine that does not answer; what the image does wrong is in the report.
func Run(ctx context.Context, engine Engine, image Image, spec Spec, pw progress.Writer) (Report, error) {
	r := &runner{engine: engine, image: image, spec: spec}
	if !spec.Asked() && !image.runnable() {
		return Report{Verdict: NothingToRun, Cases: []Case{{
			Name: smoke, Verdict: NothingToRun, Reason: "the image has no entrypoint and no command",
		}}}, nil
	}
	var cases []Case
	trials := r.trials()
	for i, t := range trials {
		name := fmt.Sprintf("[%s] testing %s", image.Platform, t.name)
		if len(trials) > 1 {
			name = fmt.Sprintf("[%s %d/%d] testing %s", image.Platform, i+1, len(trials), t.name)
		}
		err := progress.Wrap(name, pw.Write, func(log progress.SubLogger) error {
			c, err := t.run(ctx)
			if err != nil {
				return err
			}
			c.Name = t.name
			cases = append(cases, c)
			return show(log, c)
		})
		if verdict := new(verdictError); err != nil && !asVerdict(err, verdict) {
			return conclude(cases), fmt.Errorf("testing %s: %w", image.Platform, Unpacking(err))
		}
	}
	return conclude(cases), nil
}

func (r *runner) trials() []trial {
	if !r.spec.Asked() {
		return []trial{{smoke, r.smoke}}
	}
	var list []trial
	if r.spec.Smoke && r.image.runnable() {
		list = append(list, trial{smoke, r.smoke})
	}
	for _, c := range r.spec.Commands {
		list = append(list, trial{c.Text, func(ctx context.Context) (Case, error) { return r.command(ctx, c) }})
	}
	for _, c := range r.spec.Execs {
		list = append(list, trial{"exec " + c.Text, func(ctx context.Context) (Case, error) { return r.exec(ctx, c) }})
	}
	for _, c := range r.spec.Scripts {
		list = append(list, trial{"script " + c.Text, func(ctx context.Context) (Case, error) { return r.script(ctx, c) }})
	}
	for _, d := range r.spec.Dialogues {
		list = append(list, trial{"stdin " + d.Text, func(ctx context.Context) (Case, error) { return r.dialogue(ctx, d) }})
	}
	for _, s := range r.spec.Stacks {
		run := func(ctx context.Context) (Case, error) { return r.composition(ctx, s) }
		list = append(list, trial{"compose " + s.Text, run})
	}
	for _, f := range r.spec.Files {
		list = append(list, r.fileTrials(f)...)
	}
	return list
}

func (r *runner) limit() time.Duration { return r.spec.limit(r.image.Emulated) }

func show(log progress.SubLogger, c Case) error {
	if c.Output != "" {
		log.Log(1, []byte(c.Output+"\n"))
	}
	if c.Verdict.Good() || c.Verdict == Skipped {
		return nil
	}
	return &verdictError{text: fmt.Sprintf("%s: %s", c.Verdict, c.Reason)}
}

// round makes durations readable.
func round(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }
