//go:build drill

package drill

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// randomly is a drill of commands that meet faults of some kinds, a share of which has to end well at once.
func randomly(kinds faults, oneIn uint64, wanted float64) func(*testing.T, *drilltest.Drill) {
	return func(t *testing.T, d *drilltest.Drill) {
		t.Helper()
		all := tally{}
		t.Run("try", func(t *testing.T) {
			for n := range d.Share(1) {
				t.Run(strconv.Itoa(n), func(t *testing.T) {
					t.Parallel()
					count := d.Try(t)
					one := newTry(t, d.Options, n)
					if one.random.IntN(4) == 0 {
						one.behindTLS(t)
					}
					job := one.task(t)
					seed := one.random.Uint64()
					near, far := disturb(one.watch, seed, oneIn, kinds), disturb(one.farWatch, seed+1, oneIn, kinds)
					finished := one.disturbed(t, job)
					count(near.met()+far.met(), finished)
					all.add(job.args, near, far)
				})
			}
		})
		d.Finished(t, wanted)
		all.check(t, d, kinds)
	}
}

// task is something to do, which ends with tags that serve platforms.
type task struct {
	args      []string
	tags      []string
	platforms []string
	// before is what the tags hold at first.
	before map[string]held
}

// task makes up something to do.
func (d *try) task(t *testing.T) task {
	t.Helper()
	job := task{tags: d.tags(), platforms: d.some(2, 6), before: map[string]held{}}
	if d.random.IntN(2) == 0 { // the tags hold an older image, of fewer platforms
		d.published(t, "old", "older", job.platforms[:1+d.random.IntN(len(job.platforms))], job.tags)
	}
	switch d.random.IntN(4) {
	case 0:
		d.draft(t, "", "new", job.platforms, job.tags)
		job.args = append([]string{"publish"}, d.names(job.tags)...)
	case 1: // one platform is built anew, the others stay
		d.published(t, "old", "older", job.platforms, job.tags)
		d.draft(t, "", "new", job.platforms[:1], job.tags)
		job.args = append([]string{"publish", "--amend"}, d.names(job.tags)...)
	case 2:
		job.args = []string{"merge"}
		for _, name := range d.names(job.tags) {
			job.args = append(job.args, "-t", name)
		}
		for i, platform := range job.platforms {
			job.args = append(job.args, d.source(t, "source"+strconv.Itoa(i), []string{platform}))
		}
	case 3:
		job.args = append([]string{"promote", d.source(t, "candidate", job.platforms)}, d.names(job.tags)...)
	}
	for _, tag := range job.tags {
		now, err := d.read(tag)
		assert.NilError(t, err)
		job.before[tag] = now
	}
	return job
}

// source publishes an image under a tag of the same repository, of another one, or at another registry, and returns its
// name.
func (d *try) source(t *testing.T, tag string, platforms []string) string {
	t.Helper()
	name := []string{
		d.name(tag), d.host() + "/team/sources:" + tag, d.far.Host() + "/" + repository + ":" + tag,
	}[d.random.IntN(3)]
	saveDrafts(t, d.storeFolder("sources"), "new", platforms, []string{name})
	got := d.run(t, "sources", "publish", "--allow-shrink", name)
	assert.Equal(t, got.code, 0, got.output)
	return name
}

// published publishes a draft of a machine, undisturbed.
func (d *try) published(t *testing.T, machine, text string, platforms, tags []string) {
	t.Helper()
	d.draft(t, machine, text, platforms, tags)
	got := d.run(t, machine, append([]string{"publish", "--allow-shrink"}, d.names(tags)...)...)
	assert.Equal(t, got.code, 0, got.output)
}

func (d *try) names(tags []string) []string {
	var names []string
	for _, tag := range tags {
		names = append(names, d.name(tag))
	}
	return names
}

// disturbed does a task under faults, and once more without them where it failed: finished is false then.
// Of a tag that a registry says it has written, in all words that there are for it, and does not show, it is said that it
// is not shown: that may be what it was though all ended well.
func (d *try) disturbed(t *testing.T, job task) (finished bool) {
	t.Helper()
	got := d.run(t, "", job.args...)
	if got.code == 0 && !strings.Contains(got.output, "does not show it yet") {
		d.serves(t, job, got.output)
		return true
	}
	if got.code != 0 {
		assert.Check(t, slices.Contains([]int{7, 8, 9}, got.code), "exit %d: %s", got.code, got.output)
		assert.Check(t, strings.Contains(got.output, "ERROR: "), got.output)
	}
	for _, tag := range job.tags {
		now, err := d.read(tag)
		assert.NilError(t, err)
		if now.digest != job.before[tag].digest {
			assert.Check(t, slices.Equal(now.platforms, job.platforms), "%s holds %v: %s", tag, now.platforms, got.output)
		}
		for _, platform := range job.before[tag].platforms {
			assert.Check(t, slices.Contains(now.platforms, platform), "%s lost %s", tag, platform)
		}
	}
	d.finishes(t, job.args...)
	d.serves(t, job, got.output)
	return false
}

// serves checks that a task is done.
func (d *try) serves(t *testing.T, job task, output string) {
	t.Helper()
	for _, tag := range job.tags {
		now, err := d.read(tag)
		assert.NilError(t, err)
		assert.Check(t, slices.Equal(now.platforms, job.platforms), "%s holds %v, not %v: %s",
			tag, now.platforms, job.platforms, output)
		assert.Check(t, now.attested == len(now.platforms), "%s: %d of %v have their test: %s",
			tag, now.attested, now.platforms, output)
	}
	d.leavesNothing(t)
}
