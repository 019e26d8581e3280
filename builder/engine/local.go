package engine

import (
	"os"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// Local tells whether the engine's host is this machine, as far as can be told: its socket may be forwarded, but then
// name and kernel are another machine's.
func (e Engine) Local() bool {
	if !strings.HasPrefix(e.Host, "unix://") {
		return false
	}
	name, err := os.Hostname()
	if err != nil || name != e.Name {
		return false
	}
	release, err := localfile.Read("/proc/sys/kernel/osrelease", 4096)
	return err == nil && strings.TrimSpace(string(release)) == e.Kernel
}
