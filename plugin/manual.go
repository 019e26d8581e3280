package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// checkManual refuses --manual where nobody can be asked, and beside tests, which are run without it.
func (o *testCommandOptions) checkManual(dockerCLI command.Cli, spec localtest.Spec) error {
	switch {
	case !o.manual:
		return nil
	case spec.Asked() || o.local || o.runs():
		return usageError("--manual runs no tests; run docker multiplat test without it for those, before or after")
	case !dockerCLI.In().IsTerminal():
		return usageError("--manual asks whoever looks at the image, and there is no terminal; " +
			"run it on one, or leave it out to have tests run")
	}
	return nil
}

// keepFunc writes what was said of a platform to where its image is.
type keepFunc func(context.Context, *platformResult) error

// lookByHand asks of every platform that was loaded what came of trying it by hand. Each answer is kept at once, so
// that those given before an interrupt stay.
func (b *building) lookByHand(ctx context.Context, keep keepFunc) error {
	asking, who := newPrompter(b.dockerCLI), defaultTester(ctx)
	b.sort()
	for i := range b.results {
		row := &b.results[i]
		if row.emulated = !b.engine.Native(row.platform); row.verdict != "" {
			continue // nobody can try what could not be loaded, and nobody needs to try what failed
		}
		if row.emulated && b.plan.emulation != emulationAllow {
			row.verdict, row.reason = localtest.NotRun, "it needs an emulator, and --emulation is "+b.plan.emulation
			continue
		}
		said, err := asking.look(ctx, *row, who)
		if errors.Is(err, io.EOF) {
			say(b.dockerCLI, "")
			said, err = nil, nil // no more answers: the rest is left out
		}
		if err != nil {
			return err
		}
		if row.take(said); said == nil {
			continue
		}
		who = said.Who
		if err := keep(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// take makes the answer the verdict of the platform; nil: it was left out.
func (r *platformResult) take(said *record.Manual) {
	if said == nil {
		r.verdict, r.reason = localtest.Skipped, "nobody looked at it"
		r.report = localtest.Report{Verdict: r.verdict, Cases: []localtest.Case{{
			Name: record.ManualTest, Verdict: r.verdict, Reason: r.reason,
		}}}
		return
	}
	r.look, r.verdict = said, manualVerdict(*said)
	r.report = localtest.Report{Verdict: r.verdict, Cases: []localtest.Case{manualCase(*said)}}
	r.reason = said.Name()
	if said.Remark != "" {
		r.reason += ": " + said.Remark
	}
}

// look asks about one platform; nil: it is left out.
func (p *prompter) look(ctx context.Context, row platformResult, who string) (*record.Manual, error) {
	kind := "native"
	if row.emulated {
		kind = "emulated"
	}
	say(p.dockerCLI, "\n%s (%s): try it with\n  docker run --rm -it %s", manifest.FormatPlatform(row.platform), kind,
		row.loaded)
	var said record.Manual
	for answered := false; !answered; {
		answer, err := p.ask(ctx, "Has it passed, failed, or is it to be skipped? [passed/failed/skip]")
		if err != nil {
			return nil, err
		}
		switch strings.ToLower(answer) {
		case "s", "skip":
			return nil, nil
		case "p", "passed":
			said.Passed, answered = true, true
		case "f", "failed":
			answered = true
		}
	}
	question := "Who has looked?"
	if who != "" {
		question = fmt.Sprintf("Who has looked? [%s]", who)
	}
	for said.Who == "" {
		answer, err := p.ask(ctx, question)
		if err != nil {
			return nil, err
		}
		said.Who = firstOf(record.Printable(answer), who)
	}
	remark, err := p.ask(ctx, "Anything to remark? (enter: nothing)")
	said.Remark = record.Printable(remark)
	return &said, err
}

// keepLook writes a look into the draft, beside what tests have recorded of the image.
func (b *building) keepLook(ctx context.Context, draft store.Draft, row *platformResult) error {
	ctx = context.WithoutCancel(ctx) // what was answered is not asked again
	before, _, err := record.Of(ctx, b.store, *row.image)
	if err != nil {
		return err
	}
	result := row.look.AddTo(before, b.lookSettings(row))
	*row.image, err = record.Add(ctx, b.store, b.store, *row.image, b.plan.names[0].String(), result)
	if err != nil {
		return err
	}
	return b.note(ctx, row.as(draft.AskedFor(row.platform)))
}

// lookSettings are what a look was made under.
func (b *building) lookSettings(row *platformResult) []record.Setting {
	settings := []record.Setting{b.engineSetting(row.platform)}
	if row.emulated {
		settings = append(settings, record.Setting{Name: "emulator", Value: b.emulators.identity(row.platform)})
	}
	return append(settings, b.plan.auditSettings()...)
}

// lookedBefore takes over what somebody said of the very image by hand. Tests do not undo that: only another look does.
func (b *building) lookedBefore(ctx context.Context, read record.Reader, image manifest.Image, row *platformResult) error {
	rec, ok, err := record.Of(ctx, read, image)
	if err != nil || !ok {
		return err
	}
	if row.look = record.ManualIn(rec); row.look == nil {
		return nil
	}
	row.report.Cases = append(row.report.Cases, manualCase(*row.look))
	if row.look.Passed || row.verdict == localtest.Failed {
		return nil
	}
	row.verdict, row.report.Verdict = localtest.Failed, localtest.Failed
	row.reason = row.look.Name() + ", which docker multiplat test --manual can change"
	if row.look.Remark != "" {
		row.reason += ": " + row.look.Remark
	}
	return nil
}
