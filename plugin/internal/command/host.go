package command

import (
	"cmp"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// StoreFolder is where drafts live.
func StoreFolder(dockerCLI command.Cli) string { return HostOf(dockerCLI).StoreFolder() }

// CheckContext refuses a docker context that is not there, before a command that may use it.
func CheckContext(cmd *cobra.Command, dockerCLI command.Cli) error {
	if cmd.Name() == "version" || cmd.Name() == "help" {
		return nil
	}
	return HostOf(dockerCLI).CheckContext()
}

// Proven are the platforms that init has made run with the builder of a command.
func Proven(cmd *cobra.Command, dockerCLI command.Cli) []string {
	name := ""
	if f := cmd.Flags().Lookup("builder"); f != nil {
		name = f.Value.String()
	}
	return machine.ProvenOf(HostOf(dockerCLI), name)
}

// HostOf is the host of a command.
func HostOf(dockerCLI command.Cli) dockercli.Host {
	var log func(string)
	if debug.IsEnabled() {
		log = func(line string) { view.Say(dockerCLI, "%s", line) }
	}
	return dockercli.New(dockerCLI, "docker-multiplat/"+cmp.Or(version.Read().Version, "dev"), log).
		Telling(func(line string) { view.Say(dockerCLI, "%s", line) })
}

// sayNotes tells what of the command line was understood in a way that is not at once seen.
func sayNotes(dockerCLI command.Cli, notes []string) {
	for _, note := range notes {
		view.Say(dockerCLI, "%s", note)
	}
}
