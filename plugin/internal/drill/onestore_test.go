//go:build drill

package drill

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// oneStore has builds, prunes, tags, removals and publishes change one store, all at once: each ends well, and in the end
// every draft is there, whole, that should be: what was published may be pruned.
func oneStore(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	sharedStore(t, d, 0.25, 0) // the right one
}

// oneStoreByClocks is oneStore where the clock is set all the while: each of them goes by another.
func oneStoreByClocks(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	sharedStore(t, d, 0.1, offClocks()...)
}

func sharedStore(t *testing.T, d *drilltest.Drill, part float64, clocks ...time.Duration) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for n := range d.Share(part) {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				count := d.Try(t)
				newTry(t, d.Options, n).shareStore(t, clocks)
				count(len(clocks)-1, true)
			})
		}
	})
}

// shareStore is one round.
func (d *try) shareStore(t *testing.T, clocks []time.Duration) {
	t.Helper()
	platforms := d.some(2, 2)
	d.draft(t, "", "old", platforms, []string{"v0", "v1", "gone"})
	commands := [][]string{
		{"prune", "--force"},
		{"tag", d.name("v0"), d.name("v2")},
		{"publish", d.name("v1")},
		{"rm", d.name("gone")},
		{"ls", "--quiet"},
		{"prune", "--force"},
		{"tag", d.name("v0"), d.name("v3")},
	}
	d.random.Shuffle(len(commands), func(i, j int) { commands[i], commands[j] = commands[j], commands[i] })
	results := make([]ended, len(commands)+1)
	var done sync.WaitGroup
	for i, args := range commands {
		if by := clocks[i%len(clocks)]; len(clocks) > 1 {
			done.Go(func() { results[i] = d.runBy(t, by, args...) })
			continue
		}
		done.Go(func() { results[i] = d.run(t, "", args...) })
	}
	done.Go(func() {
		cmd := d.command(t.Context(), "")
		cmd.Env = append(cmd.Env, saveInto+"="+d.storeFolder(""), saveNames+"="+d.name("built"))
		results[len(commands)] = start(t, cmd, os.Args[0], "-test.run", "^TestSaveDrafts$")
	})
	done.Wait()
	for i, got := range results {
		assert.Check(t, got.code == 0, "%v: exit %d: %s", append(commands, []string{"build"})[i], got.code, got.output)
	}
	kept, err := readStore(d.storeFolder(""))
	assert.NilError(t, err)
	for _, tag := range []string{"v0", "v2", "v3", "built"} {
		assert.Check(t, kept[d.name(tag)] != "", "%s is gone", tag)
	}
	assert.Check(t, kept[d.name("gone")] == "")
	published, err := d.watch.read("v1")
	assert.NilError(t, err)
	assert.DeepEqual(t, published.platforms, platforms)
	d.leavesNothing(t)
}

// fanIn has two machines publish a platform each, and both merge what is there of the two into one tag at once: in the end
// the tag serves both, unless one of them says that it is another's.
func fanIn(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for n := range d.Share(0.1) {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				count := d.Try(t)
				count(0, newTry(t, d.Options, n).fansIn(t))
			})
		}
	})
}

// fansIn is one round. It returns whether both machines ended well.
func (d *try) fansIn(t *testing.T) bool {
	t.Helper()
	platforms := d.some(2, 2)
	var results [2]ended
	var done sync.WaitGroup
	for i, platform := range platforms {
		machine, tag := fmt.Sprint(i), "part-"+strings.ReplaceAll(platform, "/", "-")
		d.draft(t, machine, "of "+machine, []string{platform}, []string{tag})
		done.Go(func() {
			results[i] = d.run(t, machine, "publish", d.name(tag))
			if results[i].code == 0 {
				results[i] = d.run(t, machine, "merge", "--amend", "-t", d.name("v0"), d.name(tag))
			}
		})
	}
	done.Wait()
	now, err := d.watch.read("v0")
	assert.NilError(t, err)
	well := results[0].code == 0 && results[1].code == 0
	if well {
		assert.DeepEqual(t, now.platforms, platforms)
	}
	for i, got := range results {
		if got.code != 0 { // it says so, and is run again
			assert.Check(t, got.code == 9, "exit %d: %s", got.code, got.output)
			tag := "part-" + strings.ReplaceAll(platforms[i], "/", "-")
			again := d.run(t, fmt.Sprint(i), "merge", "--amend", "-t", d.name("v0"), d.name(tag))
			assert.Equal(t, again.code, 0, again.output)
		}
	}
	now, err = d.watch.read("v0")
	assert.NilError(t, err)
	assert.DeepEqual(t, now.platforms, platforms)
	return well
}
