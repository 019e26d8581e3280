//go:build drill

package drill

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// tally counts what tries have met: a fault that is never met tries nothing.
type tally struct {
	mu              sync.Mutex
	commands, kinds map[string]int
}

// add counts a command, and the faults of its registries.
func (t *tally) add(args []string, disturbed ...*chaos) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kinds == nil {
		t.commands, t.kinds = map[string]int{}, map[string]int{}
	}
	name := args[0]
	if slices.Contains(args, "--amend") {
		name += " --amend"
	}
	t.commands[name]++
	for _, c := range disturbed {
		c.mu.Lock()
		for kind, n := range c.hits {
			t.kinds[kind] += n
		}
		c.mu.Unlock()
	}
}

// check logs what was counted. Of many tries none of the commands and faults may be missing.
func (t *tally) check(test *testing.T, d *drilltest.Drill, faults faults) {
	test.Helper()
	for _, counted := range []map[string]int{t.commands, t.kinds} {
		for _, name := range slices.Sorted(maps.Keys(counted)) {
			test.Logf("%6d %s", counted[name], name)
		}
	}
	const enough = 1000
	if len(t.commands) == 0 || d.Share(1) < enough || counts(t.commands) < enough {
		return
	}
	for _, name := range []string{"publish", "publish --amend", "merge", "promote"} {
		assert.Check(test, t.commands[name] > 0, "%s was never tried", name)
	}
	for _, k := range faults(&watch{}) {
		assert.Check(test, t.kinds[k.name] > 0, "%s: never met", k.name)
	}
	assert.Check(test, t.kinds["a mount that is refused"] > 0)
}

// counts is how many there were.
func counts(of map[string]int) (total int) {
	for _, n := range of {
		total += n
	}
	return total
}
