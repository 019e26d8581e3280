//go:build drill

package drill

import (
	"io"
	"testing"

	"github.com/containerd/log"
	"github.com/sirupsen/logrus"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// TestDrill runs every drill of publishing.
func TestDrill(t *testing.T) {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log.L = logrus.NewEntry(silent) // containerd's store has lines of its own
	drilltest.Run(t,
		drilltest.Kind{Name: "passing faults, one request in ten", Run: randomly(passing, 10, 0.6)},
		drilltest.Kind{Name: "lasting faults, one request in twenty", Run: randomly(lasting, 20, 0.4)},
		drilltest.Kind{Name: "killed or signalled at each request", Run: atEachRequest},
		drilltest.Kind{Name: "killed at each change of the store", Run: atEachChange},
		drilltest.Kind{Name: "eight publishers of one tag", Run: race},
		drilltest.Kind{Name: "answers changed on the way", Run: tampered},
	)
}
