//go:build drill

package drill

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// publishers is how many publish one tag at once.
const publishers = 8

// race has machines publish images of their own under one tag, all at once: each ends well or says that the tag is
// another's, and the tag holds one of them, whole.
func race(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for n := range d.Share(0.1) {
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				count := d.Try(t)
				one := newTry(t, d.Options, n)
				count(publishers, one.race(t, n%2 == 1))
			})
		}
	})
}

// race is one round; machines either replace what the tag holds, or keep the platforms of the others. It returns
// whether all of them ended well.
func (d *try) race(t *testing.T, amend bool) bool {
	t.Helper()
	all := d.some(6, 6)
	args := []string{"publish", d.name("v0")}
	if amend {
		args = append(args, "--amend")
	}
	for i := range publishers {
		platforms := all[:2]
		if amend {
			platforms = all[i%len(all) : i%len(all)+1]
		}
		d.draft(t, strconv.Itoa(i), fmt.Sprint("of ", i), platforms, []string{"v0"})
	}
	var results [publishers]ended
	var done sync.WaitGroup
	for i := range publishers {
		done.Go(func() { results[i] = d.run(t, strconv.Itoa(i), args...) })
	}
	done.Wait()
	well := 0
	for _, got := range results {
		assert.Check(t, slices.Contains([]int{0, 9}, got.code), "exit %d: %s", got.code, got.output)
		if got.code == 0 {
			well++
		}
	}
	now, err := d.watch.read("v0")
	assert.NilError(t, err)
	assert.Check(t, well > 0)
	if !amend {
		assert.DeepEqual(t, now.platforms, all[:2])
	} else if well == publishers {
		assert.DeepEqual(t, now.platforms, all)
	}
	return well == publishers
}
