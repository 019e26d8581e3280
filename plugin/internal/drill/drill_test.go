//go:build drill

package drill

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/containerd/log"
	"github.com/sirupsen/logrus"
	"gotest.tools/v3/assert"
)

// row is what became of one kind of drill.
type row struct {
	name string
	// tries is how often something was done, faults how often it was disturbed.
	tries, faults int
	// finished is how many tries ended well at once; the others said so, and did when they ran again.
	finished int
	took     time.Duration
}

// drills are all that there are, in the order of the table.
func drills() []struct {
	name string
	run  func(*testing.T, *drill)
} {
	return []struct {
		name string
		run  func(*testing.T, *drill)
	}{
		{"passing faults, one request in ten", randomly(passing, 10, 0.6)},
		{"lasting faults, one request in twenty", randomly(lasting, 20, 0.4)},
		{"killed or signalled at each request", atEachRequest},
		{"killed at each change of the store", atEachChange},
		{"eight publishers of one tag", race},
		{"answers changed on the way", tampered},
	}
}

// options are what a drill can be told.
type options struct {
	// tries is about how often the random drills try, all together.
	tries int
	seed  uint64
}

// told reads the options from the environment.
func told(t *testing.T) options {
	t.Helper()
	o := options{tries: 200, seed: uint64(time.Now().UnixNano()) % 1e6}
	if text := os.Getenv("DRILL_TRIES"); text != "" {
		tries, err := strconv.Atoi(text)
		assert.NilError(t, err)
		o.tries = tries
	}
	if text := os.Getenv("DRILL_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		assert.NilError(t, err)
		o.seed = seed
	}
	return o
}

// TestDrill runs every drill, and prints one table. What fails names the one command that repeats it.
func TestDrill(t *testing.T) {
	o := told(t)
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log.L = logrus.NewEntry(silent) // containerd's store has lines of its own
	t.Logf("seed %d", o.seed)
	var rows []row
	for _, kind := range drills() {
		t.Run(strings.ReplaceAll(kind.name, " ", "-"), func(t *testing.T) {
			d := &drill{options: o}
			started := time.Now()
			kind.run(t, d)
			rows = append(rows, row{
				name: kind.name, tries: d.tried, faults: d.faults, finished: d.finished, took: time.Since(started),
			})
		})
	}
	var table strings.Builder
	table.WriteString("| drill | tries | faults | finished at once | time |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %s |\n", r.name, r.tries, r.faults, r.finished, r.took.Round(time.Second))
	}
	t.Logf("seed %d\n%s", o.seed, table.String())
}
