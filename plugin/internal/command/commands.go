// Package command holds one file per command: flags and arguments in, a use case called, its result given to the view.
package command

import (
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/completion"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// Commands are all commands, in the order in which they are used.
func Commands(dockerCLI command.Cli) []*cobra.Command {
	all := []*cobra.Command{
		newInitCommand(dockerCLI, runInit),
		newStatusCommand(dockerCLI, runStatus),
		newDeinitCommand(dockerCLI, runDeinit),
		newCheckCommand(dockerCLI, runCheck),
		newBuildCommand(dockerCLI, runBuild),
		newBakeCommand(dockerCLI, runBake),
		newTestCommand(dockerCLI, runTest),
		NewPublishCommand(dockerCLI, runPublish),
		newMergeCommand(dockerCLI, runMerge),
		newPromoteCommand(dockerCLI, runPromote),
		newInspectCommand(dockerCLI, runInspect),
		newVerifyCommand(dockerCLI, runVerify),
		newDiffCommand(dockerCLI, runDiff),
		newReproduceCommand(dockerCLI, runReproduce),
		newLsCommand(dockerCLI, runLs),
		newTagCommand(dockerCLI, runTag),
		newRmCommand(dockerCLI, runRm),
		newPruneCommand(dockerCLI, runPrune),
		newVersionCommand(dockerCLI),
		newHelpCommand(),
	}
	shown := examples()
	offers := completion.NewOffers(func() dockercli.Host {
		view.QuietLibraries(dockerCLI) // what precedes a command does not precede what is offered
		return HostOf(dockerCLI).Telling(nil)
	})
	for _, cmd := range all {
		cmd.Example = shown[cmd.Name()]
		offers.Register(cmd)
		SetHelp(cmd, func() int { return view.HelpWidth(dockerCLI) })
	}
	return all
}
