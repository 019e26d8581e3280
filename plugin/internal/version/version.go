// Package version knows the versions of this program and of what it was built with.
package version

import "runtime/debug"

// Version and Commit are set by the linker (-ldflags "-X …"). Where they are not, [Read] falls back on
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

// Read reads the versions from the linker's values and the module information in the binary.
func Read() Versions {
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
