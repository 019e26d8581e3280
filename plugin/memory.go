package plugin

import (
	"os"
	"runtime/debug"
)

// mostMemory is how much memory the program takes before it gives back what is no longer needed more often than Go does
// by itself. What images and files of others may cost is bounded by how much of them is kept; without this as much
// again would wait to be given back.
const mostMemory = 128 << 20

// LimitMemory has the program give memory back early. Whoever sets GOMEMLIMIT has said how much there is.
func LimitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(mostMemory)
	}
}
