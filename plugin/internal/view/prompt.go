package view

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// prompter asks questions on the terminal, one after the other.
type prompter struct {
	dockerCLI command.Cli
	lines     *bufio.Reader
}

func newPrompter(dockerCLI command.Cli) *prompter {
	return &prompter{dockerCLI: dockerCLI, lines: bufio.NewReader(dockerCLI.In())}
}

// ask returns the line that answers a question, without the white space around it. Where there is none any more, the
// error is io.EOF; an interrupt ends the wait.
func (p *prompter) ask(ctx context.Context, question string) (string, error) {
	_ = block(p.dockerCLI.Err(), question+" ")
	type line struct {
		text string
		err  error
	}
	answers := make(chan line, 1)
	go func() {
		text, err := p.lines.ReadString('\n')
		answers <- line{strings.TrimSpace(text), err}
	}()
	select {
	case <-ctx.Done():
		return "", failure.Wrap(failure.ErrInterrupted, failure.ErrInterrupted, "")
	case answer := <-answers:
		if errors.Is(answer.err, io.EOF) && answer.text != "" {
			return answer.text, nil
		}
		return answer.text, answer.err
	}
}

// Confirm asks a question on the terminal and returns whether the answer is yes. Off a terminal nobody can answer:
// then it is bad input not to have said --force.
func Confirm(ctx context.Context, dockerCLI command.Cli, question string) (bool, error) {
	if !Interactive(dockerCLI) {
		return false, failure.Usage("this asks for confirmation, and there is no terminal; use --force")
	}
	answer, err := newPrompter(dockerCLI).ask(ctx, question+" [y/N]")
	if errors.Is(err, io.EOF) { // an end without an answer is a no
		return false, nil
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}

// Interactive tells that somebody can answer questions on a terminal.
func Interactive(dockerCLI command.Cli) bool { return dockerCLI.In().IsTerminal() }

// StandardInput is what a build may read its context or Dockerfile from.
func StandardInput(dockerCLI command.Cli) io.Reader { return dockerCLI.In() }
