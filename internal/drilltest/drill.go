package drilltest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// Kind is one kind of drill, which is one row of the table.
type Kind struct {
	Name string
	// Run does all tries; each is a subtest that calls [Drill.Try].
	Run func(*testing.T, *Drill)
}

// Drill counts what one kind of drill did.
type Drill struct {
	Options
	mu                              sync.Mutex
	tried, faults, finished, failed int
}

// Run runs kinds of drills, one after the other, and adds a row of each to the table.
func Run(t *testing.T, kinds ...Kind) {
	t.Helper()
	options := Told(t)
	t.Logf("seed %d", options.Seed)
	for _, kind := range kinds {
		d := &Drill{Options: options}
		started := time.Now()
		passed := t.Run(strings.NewReplacer(" ", "-", ",", "").Replace(kind.Name), func(t *testing.T) { kind.Run(t, d) })
		if d.tried == 0 && passed {
			continue // ONLY asks for others
		}
		if !passed {
			d.failed = max(1, d.failed)
		}
		row := fmt.Sprintf("| %s | %d | %d | %d | %d | %s |",
			kind.Name, d.tried, d.faults, d.finished, d.failed, time.Since(started).Round(time.Second))
		t.Log(row)
		options.enter(t, row)
	}
}

// enter adds a row to the table that make drill prints.
func (o Options) enter(t *testing.T, row string) {
	t.Helper()
	if o.table == "" {
		return
	}
	file, err := os.OpenFile(filepath.Clean(o.table), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	assert.NilError(t, err)
	_, err = fmt.Fprintln(file, row)
	assert.NilError(t, err)
	assert.NilError(t, file.Close())
}

// Try begins a try, which may run beside others where t is parallel. The function it returns counts how often the try
// was disturbed, and whether it ended well at once: what does not has to say so, and to do when it is run again. When
// the try fails, the one command that repeats it is printed.
func (d *Drill) Try(t *testing.T) func(faults int, finished bool) {
	t.Helper()
	d.mu.Lock()
	d.tried++
	d.mu.Unlock()
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		d.mu.Lock()
		d.failed++
		d.mu.Unlock()
		t.Logf("repeat it: make %s TRIES=%d SEED=%d ONLY='%s'", d.target, d.Tries, d.Seed, only(t.Name()))
	})
	return func(faults int, finished bool) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.faults += faults
		if finished {
			d.finished++
		}
	}
}

// Finished checks that a share of the tries ended well at once. Of few tries one may fail.
func (d *Drill) Finished(t *testing.T, share float64) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	most := math.Ceil(float64(d.tried) * (1 - share))
	assert.Check(t, float64(d.tried-d.finished) <= most, "%d of %d ended well at once", d.finished, d.tried)
}

// only is the pattern that runs one test.
func only(name string) string {
	var parts []string
	for _, part := range strings.Split(name, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	return strings.Join(parts, "/")
}
