package plugin

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/docker/cli/cli/command"
)

// confirm asks a question on the terminal and returns whether the answer is yes. Off a terminal nobody can answer:
// then it is bad input not to have said --force.
func confirm(ctx context.Context, dockerCLI command.Cli, question string) (bool, error) {
	if !dockerCLI.In().IsTerminal() {
		return false, usageError("this asks for confirmation, and there is no terminal; use --force")
	}
	answer, err := newPrompter(dockerCLI).ask(ctx, question+" [y/N]")
	if errors.Is(err, io.EOF) { // an end without an answer is a no
		return false, nil
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}
