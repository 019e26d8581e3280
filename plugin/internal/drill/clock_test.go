//go:build drill

package drill

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// clock has commands meet a store that was used while the clock showed another time: for them it was set back, or
// forward, since. No tag, no draft and no lock depends on it, but for what is asked for by its age.
func clock(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for _, by := range offClocks() {
			t.Run(by.String(), func(t *testing.T) {
				count := d.Try(t)
				newTry(t, d.Options, 0).afterClock(t, by)
				count(1, true)
			})
		}
	})
}

// afterClock uses a store by a clock that was set since it was filled.
func (d *try) afterClock(t *testing.T, by time.Duration) {
	t.Helper()
	platforms := []string{"linux/amd64", "linux/arm64"}
	d.published(t, "", "old", platforms, []string{"v0"})
	d.draft(t, "", "new", platforms, []string{"v0", "v1"})

	old := by > time.Hour
	for _, args := range [][]string{
		{"ls"},
		{"inspect", d.name("v0")},
		{"publish", d.name("v0")},
		{"publish", "--amend", d.name("v1")},
		{"tag", d.name("v0"), d.name("v2")},
		{"prune", "--force", "--all", "--filter", "until=2h"},
	} {
		got := d.runBy(t, by, args...)
		assert.Check(t, got.code == 0, "%v: exit %d: %s", args, got.code, got.output)
	}
	for _, tag := range []string{"v0", "v1"} {
		now, err := d.watch.read(tag)
		assert.NilError(t, err)
		assert.DeepEqual(t, now.platforms, platforms)
	}
	kept, err := readStore(d.storeFolder(""))
	assert.NilError(t, err)
	assert.Check(t, kept[d.name("v2")] != "", "a draft of now was pruned")
	assert.Check(t, (kept[d.name("v1")] == "") == old, "v1 is %q", kept[d.name("v1")])
	got := d.runBy(t, by, "prune", "--force", "--all")
	assert.Check(t, got.code == 0, got.output)
	d.leavesNothing(t)
}
