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
	quietly()
	drilltest.Run(t,
		drilltest.Kind{Name: "passing faults, one request in ten", Run: randomly(passing, 10, 0.999)},
		drilltest.Kind{Name: "lasting faults, one request in twenty", Run: randomly(lasting, 20, 0)},
		drilltest.Kind{Name: "killed or signalled at each request", Run: atEachRequest},
		drilltest.Kind{Name: "killed where the store is changed", Run: whereItChanges},
		drilltest.Kind{Name: "killed at each change of the store", Run: outages("killed")},
		drilltest.Kind{Name: "power fails at each change of the store", Run: outages("strict", "names", "mixed")},
		drilltest.Kind{Name: "eight publishers of one tag", Run: race},
		drilltest.Kind{Name: "builds, prunes, tags and publishes of one store", Run: oneStore},
		drilltest.Kind{Name: "two machines fan in to one tag", Run: fanIn},
		drilltest.Kind{Name: "answers changed on the way", Run: tampered},
		drilltest.Kind{Name: "requests that are never answered", Run: stalled},
		drilltest.Kind{Name: "entries left out of an index on its way", Run: stripped},
		drilltest.Kind{Name: "a password in every way to sign in", Run: secrets},
	)
}

// quietly keeps the lines that containerd's store has of its own out of those of the drills.
func quietly() {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log.L = logrus.NewEntry(silent) // containerd's store has lines of its own
}
