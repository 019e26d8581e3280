//go:build drill

package drill

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// atEachRequest ends a publish of two tags with each signal at each request, before and after it is carried out.
func atEachRequest(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	total := requests(t)
	t.Run("try", func(t *testing.T) {
		for _, signal := range []os.Signal{syscall.SIGKILL, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
			for _, moment := range []string{"before", "after"} {
				for _, at := range d.Places(total) {
					t.Run(fmt.Sprint(signal, "/", moment, "/", at), func(t *testing.T) {
						t.Parallel()
						ends{signal, moment, at}.check(t, d)
					})
				}
			}
		}
	})
}

// twoTags is a publish of two platforms under two tags, the first of which holds one of them already.
func twoTags(t *testing.T, told drilltest.Options, at int) (*try, task) {
	t.Helper()
	one := newTry(t, told, at)
	job := task{
		tags: []string{"v0", "v1"}, platforms: []string{"linux/amd64", "linux/arm64"}, before: map[string]held{"v1": {}},
	}
	one.published(t, "old", "older", job.platforms[:1], job.tags[:1])
	one.draft(t, "", "new", job.platforms, job.tags)
	job.args = append([]string{"publish"}, one.names(job.tags)...)
	before, err := one.watch.read("v0")
	assert.NilError(t, err)
	job.before["v0"] = before
	return one, job
}

// requests is how many requests such a publish makes.
func requests(t *testing.T) int {
	t.Helper()
	one, job := twoTags(t, drilltest.Options{}, 0)
	before := len(one.registry.Log(""))
	got := one.run(t, "", job.args...)
	assert.Equal(t, got.code, 0, got.output)
	return len(one.registry.Log("")) - before
}

// ends is one signal at one moment.
type ends struct {
	signal os.Signal
	moment string
	at     int
}

func (e ends) check(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	count := d.Try(t)
	one, job := twoTags(t, d.Options, e.at)
	var process atomic.Pointer[os.Process]
	started := make(chan struct{})
	var signalled atomic.Int64
	end := func() {
		<-started
		signalled.Store(time.Now().UnixNano())
		_ = process.Load().Signal(e.signal) // it may have ended by itself
	}
	one.registry.On("", "", e.at, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if e.moment == "before" {
			end()
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
		end()
	})
	var output bytes.Buffer
	cmd := one.command(t.Context(), "", job.args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	assert.NilError(t, cmd.Start())
	process.Store(cmd.Process)
	close(started)
	_ = cmd.Wait() // the exit code says it
	took := time.Since(time.Unix(0, signalled.Load()))
	hit := signalled.Load() != 0
	code := cmd.ProcessState.ExitCode()
	if hit && e.signal != syscall.SIGKILL {
		assert.Check(t, took < 5*time.Second, "it ended after %s", took)
		assert.Check(t, slices.Contains([]int{0, 129, 130, 143}, code), "exit %d: %s", code, output.String())
		one.leavesNothing(t)
	}
	for _, tag := range job.tags {
		now, err := one.watch.read(tag)
		assert.NilError(t, err)
		changed := now.digest != job.before[tag].digest
		if changed {
			assert.DeepEqual(t, now.platforms, job.platforms)
		}
		if code > 0 {
			told := says(output.String(), one.name(tag), changed)
			assert.Check(t, told, "%s changed: %v, but: %s", tag, changed, output.String())
		}
	}
	one.finishes(t, job.args...)
	one.serves(t, job, output.String())
	count(min(1, int(signalled.Load())), code == 0)
}

// says is whether a message tells what became of a tag: that it is unchanged, written, or perhaps written.
func says(output, name string, changed bool) bool {
	told := "unchanged"
	if changed {
		told = "written"
	}
	for line := range strings.Lines(output) {
		about := strings.Contains(line, "tag "+name+" ")
		if about && (strings.Contains(line, told) || strings.Contains(line, "perhaps written")) {
			return true
		}
	}
	return false
}
