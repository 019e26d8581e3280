package version

import (
	"path/filepath"
	"runtime"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// releases is where releases are; what is behind latest is the newest.
const releases = "https://github.com/docker-multiplat/docker-multiplat/releases"

// Update says how the program at a path is replaced by a newer one. Whether there is one nobody asks: it contacts
// nothing.
func Update(program string) string {
	folder := filepath.Dir(program)
	switch {
	case runtime.GOOS == "windows":
		return "copy docker-multiplat-windows-" + runtime.GOARCH + ".exe of " + releases + "/latest to " + program
	case program == "":
		return "see " + releases + "/latest"
	case strings.HasPrefix(folder, "/usr/lib/"), strings.HasPrefix(folder, "/usr/libexec/"):
		return "it is of a package; install the newer one of " + releases + "/latest"
	}
	return "curl -fsSL " + releases + "/latest/download/install.sh | sh -s -- --dir " + visible.Quote(folder)
}
