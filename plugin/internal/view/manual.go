package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Interview asks a person on the terminal what came of trying images by hand.
type Interview struct {
	prompter *prompter
	// who is taken for whoever looks, unless another name is given: the one who has looked last, at first a guess.
	who string
}

// NewInterview asks on the terminal of the Docker CLI. The guess who will look may be empty.
func NewInterview(dockerCLI command.Cli, guess string) *Interview {
	return &Interview{prompter: newPrompter(dockerCLI), who: guess}
}

// Ask implements [trial.Person]. Where there are no more answers, the rest is left out.
func (i *Interview) Ask(ctx context.Context, tried trial.Outcome) (*record.Manual, error) {
	said, err := i.prompter.look(ctx, tried, i.who)
	if errors.Is(err, io.EOF) {
		Say(i.prompter.dockerCLI, "")
		return nil, nil
	}
	if err == nil && said != nil {
		i.who = said.Who
	}
	return said, err
}

// look asks about one platform; nil: it is left out.
func (p *prompter) look(ctx context.Context, tried trial.Outcome, who string) (*record.Manual, error) {
	kind := shown.Native
	if tried.Emulated {
		kind = shown.Emulated
	}
	Say(p.dockerCLI, "\n%s (%s): try it with\n  %s run --rm -it %s", platform.Format(tried.Platform), kind,
		tried.Docker(), tried.Loaded)
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
		said.Who = cmp.Or(record.Printable(answer), who)
	}
	remark, err := p.ask(ctx, "Anything to remark? (enter: nothing)")
	said.Remark = record.Printable(remark)
	return &said, err
}
