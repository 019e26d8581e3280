//go:build drill

package drill

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// movedAway moves the store to another name at each request of a publish. Nothing, another store, or what is no store
// stands in its place then, or it comes back at the next request.
func movedAway(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	total := requests(t)
	t.Run("try", func(t *testing.T) {
		for _, instead := range []string{"nothing", "another", "a file", "itself again"} {
			for _, at := range d.Places(total) {
				t.Run(fmt.Sprint(instead, "/", at), func(t *testing.T) {
					t.Parallel()
					count := d.Try(t)
					count(1, movesAway(t, d.Options, instead, at))
				})
			}
		}
	})
}

// movesAway is one such publish: the tags are old or new, it says which, no store is made in the place of the one that was
// moved, nor is anything done to the other one, and all ends well once it is back.
func movesAway(t *testing.T, told drilltest.Options, instead string, at int) bool {
	t.Helper()
	one, job := twoTags(t, told, at)
	place, away := one.storeFolder(""), one.storeFolder("away")
	assert.NilError(t, os.CopyFS(one.storeFolder("other"), os.DirFS(one.storeFolder("old"))))
	moved := make(chan struct{})
	one.registry.On("", "", at, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		defer close(moved)
		assert.Check(t, os.Rename(place, away))
		switch instead {
		case "another":
			assert.Check(t, os.Rename(one.storeFolder("other"), place))
		case "a file":
			assert.Check(t, os.WriteFile(place, []byte("something"), 0o600))
		}
		next.ServeHTTP(w, r)
	})
	if instead == "itself again" {
		one.registry.On("", "", at+1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			<-moved
			assert.Check(t, os.Rename(away, place))
			next.ServeHTTP(w, r)
		})
	}
	got := one.run(t, "", job.args...)
	<-moved
	assert.Check(t, slices.Contains([]int{0, 2, 3, 9}, got.code), "exit %d: %s", got.code, got.output)
	assert.Check(t, got.code == 0 || strings.Contains(got.output, "ERROR: "), got.output)
	for _, tag := range job.tags {
		now, err := one.watch.read(tag)
		assert.NilError(t, err)
		changed := now.digest != job.before[tag].digest
		if changed {
			assert.DeepEqual(t, now.platforms, job.platforms)
		}
		told := got.code == 0 || says(got.output, one.name(tag), changed)
		assert.Check(t, told, "%s changed: %v, but: %s", tag, changed, got.output)
	}
	one.putBack(t, instead, place, away)
	one.finishes(t, job.args...)
	one.serves(t, job, got.output)
	return got.code == 0
}

// putBack puts a store that was moved back into its place; what stands there is what was put there, or nothing.
func (d *try) putBack(t *testing.T, instead, place, away string) {
	t.Helper()
	if _, err := os.Stat(away); err != nil {
		return // it is back
	}
	left, err := os.ReadDir(place)
	switch instead {
	case "nothing", "itself again":
		assert.Check(t, os.IsNotExist(err), "a store was made: %v", left)
	case "another":
		kept, err := readStore(place)
		assert.NilError(t, err)
		before, err := readStore(d.storeFolder("old"))
		assert.NilError(t, err)
		assert.DeepEqual(t, kept, before)
	}
	assert.NilError(t, os.RemoveAll(place))
	assert.NilError(t, os.Rename(away, place))
}
