//go:build drill

package drill

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
		for name, by := range map[string]time.Duration{
			"back ten years": 10 * 365 * 24 * time.Hour, "back a minute": time.Minute,
			"forward a minute": -time.Minute, "forward thirty years": -30 * 365 * 24 * time.Hour,
		} {
			t.Run(name, func(t *testing.T) {
				count := d.Try(t)
				newTry(t, d.Options, 0).afterClock(t, by)
				count(1, true)
			})
		}
	})
}

// afterClock uses a store whose files and drafts are younger than now by some time, or older.
func (d *try) afterClock(t *testing.T, by time.Duration) {
	t.Helper()
	platforms := []string{"linux/amd64", "linux/arm64"}
	d.published(t, "", "old", platforms, []string{"v0"})
	d.draft(t, "", "new", platforms, []string{"v0", "v1"})
	d.shift(t, time.Now().Add(by))

	old := by < -time.Hour
	for _, args := range [][]string{
		{"ls"},
		{"inspect", d.name("v0")},
		{"publish", d.name("v0")},
		{"publish", "--amend", d.name("v1")},
		{"tag", d.name("v0"), d.name("v2")},
		{"prune", "--force", "--all", "--filter", "until=1h"},
	} {
		got := d.run(t, "", args...)
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
	got := d.run(t, "", "prune", "--force", "--all")
	assert.Check(t, got.code == 0, got.output)
	d.leavesNothing(t)
}

// shift gives all that is in a store another time.
func (d *try) shift(t *testing.T, to time.Time) {
	t.Helper()
	updated := regexp.MustCompile(`("com.docker-multiplat.updated": )"[^"]+"`)
	summed := regexp.MustCompile(`(?m)^.*"com.docker-multiplat.sum".*\n`)
	for _, name := range []string{"index.json", "index.json.copy"} {
		path := filepath.Join(d.storeFolder(""), name)
		body, err := os.ReadFile(path)
		assert.NilError(t, err)
		body = updated.ReplaceAll(body, []byte(`${1}"`+to.UTC().Format(time.RFC3339Nano)+`"`))
		assert.NilError(t, os.WriteFile(path, summed.ReplaceAll(body, nil), 0o600))
	}
	assert.NilError(t, filepath.WalkDir(d.storeFolder(""), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, to, to) //nolint:gosec // nobody else changes it
	}))
}
