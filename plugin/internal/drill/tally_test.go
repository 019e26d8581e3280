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
func (a *tally) add(args []string, disturbed ...*chaos) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kinds == nil {
		a.commands, a.kinds = map[string]int{}, map[string]int{}
	}
	name := args[0]
	if slices.Contains(args, "--amend") {
		name += " --amend"
	}
	a.commands[name]++
	for _, c := range disturbed {
		c.mu.Lock()
		for kind, n := range c.hits {
			a.kinds[kind] += n
		}
		c.mu.Unlock()
	}
}

// check logs what was counted. Of many tries none of the commands and faults may be missing.
func (a *tally) check(t *testing.T, d *drilltest.Drill, faults faults) {
	t.Helper()
	for _, counted := range []map[string]int{a.commands, a.kinds} {
		for _, name := range slices.Sorted(maps.Keys(counted)) {
			t.Logf("%6d %s", counted[name], name)
		}
	}
	const enough = 1000
	if len(a.commands) == 0 || d.Share(1) < enough || counts(a.commands) < enough {
		return
	}
	for _, name := range []string{"publish", "publish --amend", "merge", "promote"} {
		assert.Check(t, a.commands[name] > 0, "%s was never tried", name)
	}
	for _, k := range faults(&watch{}) {
		assert.Check(t, a.kinds[k.name] > 0, "%s: never met", k.name)
	}
	assert.Check(t, a.kinds["a mount that is refused"] > 0)
}

// counts is how many there were.
func counts(of map[string]int) (total int) {
	for _, n := range of {
		total += n
	}
	return total
}
