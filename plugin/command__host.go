package plugin

import (
	"cmp"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// storeFolder is where drafts live.
func storeFolder(dockerCLI command.Cli) string { return hostOf(dockerCLI).storeFolder() }

// withStore opens the store for the time of f.
func withStore(dockerCLI command.Cli, f func(*store.Store) error) (err error) {
	return hostOf(dockerCLI).withStore(f)
}

// hostOf is the host of a command.
func hostOf(dockerCLI command.Cli) host {
	var log func(string)
	if debug.IsEnabled() {
		log = func(line string) { say(dockerCLI, "%s", line) }
	}
	return newHost(dockerCLI, "docker-multiplat/"+cmp.Or(BuildVersions().Version, "dev"), log)
}
