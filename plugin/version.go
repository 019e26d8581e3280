package plugin

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
)

// Version and Commit are set by the linker (-ldflags "-X …"). Where they are not, [BuildVersion] falls back on
// what `go install` records.
var (
	Version string //nolint:gochecknoglobals // the linker can only set a package variable
	Commit  string //nolint:gochecknoglobals // the linker can only set a package variable
)

// Versions are the versions of this program and of what it was built with.
type Versions struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Buildx   string `json:"buildx"`
	BuildKit string `json:"buildkit"`
	Go       string `json:"go"`
}

// BuildVersions reads the versions from the linker's values and the module information in the binary.
func BuildVersions() Versions {
	v := Versions{Version: Version, Commit: Commit}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Go = info.GoVersion
	if v.Version == "" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && v.Commit == "" {
			v.Commit = setting.Value
		}
	}
	for _, module := range info.Deps {
		switch module.Path {
		case "github.com/docker/buildx":
			v.Buildx = module.Version
		case "github.com/moby/buildkit":
			v.BuildKit = module.Version
		}
	}
	return v
}

func newVersionCommand(dockerCLI command.Cli) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version [OPTIONS]",
		Short: "Show the version of the plugin and of what it is built with",
		Args:  exactArgs(0),
		RunE: func(*cobra.Command, []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			return printVersion(dockerCLI, BuildVersions(), format)
		},
	}
	addFormatFlag(cmd.Flags(), &format)
	return cmd
}

func printVersion(dockerCLI command.Cli, v Versions, format string) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, v)
	case format == formatJSON:
		return json.NewEncoder(dockerCLI.Out()).Encode(v)
	}
	_, err := fmt.Fprintf(dockerCLI.Out(), "docker-multiplat %s, commit %s, buildx %s, BuildKit %s, %s\n",
		v.Version, v.Commit, v.Buildx, v.BuildKit, v.Go)
	return err
}
