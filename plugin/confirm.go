package plugin

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
)

// confirm asks a question on the terminal and returns whether the answer is yes. Off a terminal nobody can answer:
// then it is bad input not to have said --force.
func confirm(ctx context.Context, dockerCLI command.Cli, question string) (bool, error) {
	if !dockerCLI.In().IsTerminal() {
		return false, usageError("this asks for confirmation, and there is no terminal; use --force")
	}
	_, _ = fmt.Fprintf(dockerCLI.Err(), "%s [y/N] ", question)
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(dockerCLI.In()).ReadString('\n') // an end without an answer is a no
		answers <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return false, fail(errInterrupted, errInterrupted, "")
	case answer := <-answers:
		return answer == "y" || answer == "yes", nil
	}
}
