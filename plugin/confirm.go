package plugin

import (
	"bufio"
	"context"
	"strings"

	"github.com/docker/cli/cli/command"
)

// confirmed asks a question on the terminal that is answered with yes or no; anything but yes is a no. Off a terminal
// nothing is asked: the caller refuses there first.
func confirmed(ctx context.Context, dockerCLI command.Cli, question string) (bool, error) {
	say(dockerCLI, "%s [y/N]", question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(dockerCLI.In()).ReadString('\n') // no answer is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return false, context.Cause(ctx)
	case said := <-answer:
		return said == "y" || said == "yes", nil
	}
}
