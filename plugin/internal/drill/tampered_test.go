//go:build drill

package drill

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
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
					count(one.tampered(t, change))
				})
			}
		}
	})
}

// stripped has a proxy leave entries out of the index that is sent through it: what is under the tag is not what was
// published, and the program must not say that it is.
func stripped(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	drops := map[string]func(int, entry) bool{"attestations": attestations, "image": firstImage}
	t.Run("try", func(t *testing.T) {
		for name, drop := range drops {
			for n := range d.Share(0.02) {
				t.Run(name+"/"+strconv.Itoa(n), func(t *testing.T) {
					t.Parallel()
					count := d.Try(t)
					one := newTry(t, d.Options, n)
					job := one.task(t)
					for _, registry := range []*registrytest.Registry{one.registry, one.far} {
						registry.On(http.MethodPut, `/manifests/v[0-9]$`, 0, changeRequest(without(drop)))
					}
					got := one.run(t, "", job.args...)
					assert.Check(t, got.code == 9 || got.code == 7 || got.code == 8, "exit %d: %s", got.code, got.output)
					one.watch.forgive() // that is what was done to it
					one.farWatch.forgive()
					if slices.Contains(job.args, "--amend") { // it would carry over what is left
						one.undo(t, got.output)
					}
					one.finishes(t, append(job.args, "--allow-shrink")...)
					one.serves(t, job, got.output)
					count(1, false)
				})
			}
		}
	})
}

// undo runs the commands that an output says undo what was done.
func (d *try) undo(t *testing.T, output string) {
	t.Helper()
	d.registry.Calm()
	d.far.Calm()
	for _, told := range regexp.MustCompile(`(?m)undo: docker multiplat (.+?)(?:   \(.*)?$`).FindAllStringSubmatch(output, -1) {
		args := append(strings.Fields(told[1]), "--allow-untested", "--allow-shrink")
		got := d.run(t, "", args...)
		assert.Check(t, got.code == 0, "%v: exit %d: %s", args, got.code, got.output)
	}
}

// changeRequest changes what is sent on its way.
func changeRequest(change func([]byte) []byte) registrytest.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it was cut off
		}
		body = change(body)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		next.ServeHTTP(w, r)
	}
}

// stalled has a registry never answer one request, or stop in the middle of its answer: it is made again once no byte has
// come for a minute. The end of an upload, which has five, is left out in short.
func stalled(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	total := requests(t)
	t.Run("try", func(t *testing.T) {
		for _, at := range d.Places(total) {
			t.Run(strconv.Itoa(at), func(t *testing.T) {
				t.Parallel()
				count := d.Try(t)
				one, job := twoTags(t, d.Options, at)
				ended := make(chan struct{})
				one.registry.On("", "", at, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					if d.Short && r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/uploads/") {
						next.ServeHTTP(w, r)
						return
					}
					if at%2 == 0 {
						next.ServeHTTP(w, r)
					}
					select { // who has not read a request does not hear that it was given up
					case <-r.Context().Done():
					case <-ended:
					}
				})
				got := one.run(t, "", job.args...)
				close(ended)
				assert.Check(t, got.code == 0, "exit %d: %s", got.code, got.output)
				one.serves(t, job, got.output)
				count(1, true)
			})
		}
	})
}

// tampered does one task, at one registry of which answer number so-and-so is changed. It says how many were, and whether
// the task ended well.
func (d *try) tampered(t *testing.T, change func([]byte) []byte) (changed int, well bool) {
	t.Helper()
	job := d.task(t)
	at := 1 + d.random.IntN(12)
	var hits atomic.Int32
	fault := registrytest.ChangeBody(change)
	registry := []*registrytest.Registry{d.registry, d.far}[d.random.IntN(2)]
	counted := func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		hits.Add(1)
		fault(w, r, next)
	}
	registry.On(http.MethodGet, `/(manifests|blobs)/`, at, counted)
	got := d.run(t, "", job.args...)
	assert.Check(t, slices.Contains([]int{0, 5, 7, 8, 9}, got.code), "exit %d: %s", got.code, got.output)
	for _, tag := range job.tags {
		now, err := d.read(tag)
		assert.NilError(t, err)
		if now.digest != job.before[tag].digest {
			assert.Check(t, slices.Equal(now.platforms, job.platforms), "%s holds %v: %s", tag, now.platforms, got.output)
		}
	}
	return int(hits.Load()), got.code == 0
}
