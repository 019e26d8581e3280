package view

import (
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
)

// Version writes the versions in one line, as JSON or by a template.
func Version(dockerCLI command.Cli, v version.Versions, format string) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, v)
	case format == formatJSON:
		return encode(dockerCLI.Out(), v, "")
	}
	return printf(dockerCLI.Out(), "docker-multiplat %s, commit %s, buildx %s, BuildKit %s, %s\n",
		v.Version, v.Commit, v.Buildx, v.BuildKit, v.Go)
}
