package create

import (
	"slices"
	"strings"
)

// podFlags are the flags of the daemons in pods. Without privileges a daemon looks for its settings in its home, and
// buildx's driver mounts them where others look.
func podFlags(config Config, spec NodeSpec) string {
	rootless := slices.ContainsFunc(spec.DriverOpts, func(option string) bool {
		value, is := strings.CutPrefix(option, "rootless=")
		return is && value != "" && value != "false"
	})
	if config.ConfigFile == "" || !rootless || strings.Contains(config.BuildkitdFlags, "--config") {
		return config.BuildkitdFlags
	}
	return strings.TrimSpace(config.BuildkitdFlags + " --config /etc/buildkit/buildkitd.toml")
}
