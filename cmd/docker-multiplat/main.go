// Command docker-multiplat is a Docker CLI plugin: docker multiplat.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	dockerplugin "github.com/docker/cli/cli-plugins/plugin"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/plugin"
)

func main() {
	os.Exit(run())
}

func run() int {
	plugin.LimitMemory()
	dockerCLI, err := command.NewDockerCli()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ERROR:", err)
		return plugin.ExitCode(err)
	}
	measured, err := plugin.Profile()
	if err != nil {
		plugin.Explain(dockerCLI.Err(), err)
		return plugin.ExitCode(err)
	}
	// the first signal stops the work and cleans up; the next one ends the program at once
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	defer stop()
	// who reads no further, such as head, ends no work in the middle: what is written to a closed pipe fails and is
	// dropped. To ignore the signal would have the programs that are started ignore it, too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	cmd := plugin.NewCommand(ctx, dockerCLI)
	if err = dockerplugin.RunPlugin(dockerCLI, cmd, plugin.Metadata()); err == nil {
		err = plugin.Unprinted(cmd)
	}
	if failed := measured(); err == nil {
		err = failed
	}
	if err = plugin.Unheard(err); err != nil {
		plugin.Explain(dockerCLI.Err(), err)
	}
	return plugin.ExitCode(err)
}
