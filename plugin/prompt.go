package plugin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/cli/cli/command"
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
	_, _ = fmt.Fprint(p.dockerCLI.Err(), question+" ")
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
		return "", fail(errInterrupted, errInterrupted, "")
	case answer := <-answers:
		if errors.Is(answer.err, io.EOF) && answer.text != "" {
			return answer.text, nil
		}
		return answer.text, answer.err
	}
}
