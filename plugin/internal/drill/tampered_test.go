//go:build drill

package drill

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// tampered has commands that read from a registry meet one answer that was changed on the way, at each of their reads
// in turn: none may pass it on under a tag.
func tampered(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	changes := map[string]func([]byte) []byte{
		"bit": flip, "gone": empty,
		"longer": func(b []byte) []byte { return append(b, '\n') },
		"cut":    func(b []byte) []byte { return b[:len(b)/2] },
		"other":  func(b []byte) []byte { return regexp.MustCompile(`amd64`).ReplaceAll(b, []byte("arm64")) },
		"fewer":  func([]byte) []byte { return []byte(`{"schemaVersion":2,"manifests":[]}`) },
	}
	t.Run("try", func(t *testing.T) {
		for name, change := range changes {
			for n := range d.Share(0.1) {
				t.Run(name+"/"+strconv.Itoa(n), func(t *testing.T) {
					t.Parallel()
					count := d.Try(t)
					one := newTry(t, d.Options, n)
					count(1, one.tampered(t, change))
				})
			}
		}
	})
}

// tampered does one task whose answer number so-and-so is changed, and says whether it ended well.
func (d *try) tampered(t *testing.T, change func([]byte) []byte) bool {
	t.Helper()
	job := d.task(t)
	at := 1 + d.random.IntN(12)
	d.registry.On(http.MethodGet, `/(manifests|blobs)/`, at, registrytest.ChangeBody(change))
	got := d.run(t, "", job.args...)
	assert.Check(t, slices.Contains([]int{0, 5, 7, 8, 9}, got.code), "exit %d: %s", got.code, got.output)
	for _, tag := range job.tags {
		now, err := d.watch.read(tag)
		assert.NilError(t, err)
		if now.digest != job.before[tag].digest {
			assert.Check(t, slices.Equal(now.platforms, job.platforms), "%s holds %v: %s", tag, now.platforms, got.output)
		}
	}
	return got.code == 0
}
