//go:build drill

package drill

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// calls are the system calls that change files.
func calls() []string {
	return []string{
		"renameat", "renameat2", "linkat", "symlinkat", "unlinkat", "mkdirat", "fsync", "fdatasync", "fchmodat", "ftruncate",
		"flock",
	}
}

// whereItChanges kills a publish, a tag and a removal at system calls that change a file. strace counts the calls of each
// thread, so which of the calls it is, is chance; each in turn is that of [outages].
func whereItChanges(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	for _, verb := range []string{"publish", "tag", "rm"} {
		for _, call := range calls() {
			total := traced(t, verb, call)
			t.Run(verb+"/"+call, func(t *testing.T) {
				for _, at := range d.Places(total) {
					t.Run(fmt.Sprint(at), func(t *testing.T) {
						t.Parallel()
						count := d.Try(t)
						one, job := twoTags(t, d.Options, at)
						killed := one.killed(t, one.args(verb, job), fmt.Sprintf("%s:signal=KILL:when=%d", call, at))
						one.recovers(t, verb, job)
						count(killed, killed == 0)
					})
				}
			})
		}
	}
}

// args are those of a command on the draft.
func (d *try) args(verb string, job task) []string {
	switch verb {
	case "tag":
		return []string{"tag", d.name("v0"), d.name("v2")}
	case "rm":
		return []string{"rm", d.name("v0")}
	case "prune":
		return []string{"prune", "--force"}
	}
	return job.args
}

// traced is how often the threads of a command make a system call, at most.
func traced(t *testing.T, verb, call string) int {
	t.Helper()
	one, job := twoTags(t, drilltest.Options{}, 0)
	log := filepath.Join(one.folder, "strace")
	got := one.strace(t, one.args(verb, job), "-o", log, "-e", "trace="+call)
	assert.Equal(t, got.code, 0, got.output)
	text, err := os.ReadFile(log)
	assert.NilError(t, err)
	threads, most := map[string]int{}, 0
	for line := range strings.Lines(string(text)) {
		thread, called, _ := strings.Cut(line, " ")
		if strings.HasPrefix(strings.TrimSpace(called), call+"(") {
			threads[thread]++
			most = max(most, threads[thread])
		}
	}
	return most
}

// killed runs a command that strace kills once a thread has made some calls, which is 1; or none has made as many.
func (d *try) killed(t *testing.T, args []string, inject string) int {
	t.Helper()
	call, _, _ := strings.Cut(inject, ":")
	got := d.strace(t, args, "-e", "trace="+call, "-e", "inject="+inject)
	if got.code < 0 || got.code == 128+int(syscall.SIGKILL) { // strace ends as what it traces
		return 1
	}
	assert.Equal(t, got.code, 0, got.output)
	return 0
}

// strace runs a command of the program under strace.
func (d *try) strace(t *testing.T, args []string, options ...string) ended {
	t.Helper()
	return start(t, d.command(t.Context(), ""), slices.Concat(strings.Fields("strace -f -qq -e signal=none"), options,
		[]string{os.Getenv("MULTIPLAT"), "multiplat"}, args)...)
}

// recovers checks that the store is one, after a command on it was killed, and that everything can be finished.
func (d *try) recovers(t *testing.T, verb string, job task) {
	t.Helper()
	got := d.run(t, "", "ls", "--quiet")
	assert.Equal(t, got.code, 0, got.output)
	there := map[string]bool{}
	for line := range strings.Lines(got.output) {
		there[strings.TrimSpace(line)] = true
	}
	assert.Check(t, there[d.name("v1")], got.output)
	switch verb {
	case "rm": // it is removed, or it is there as it was
		if there[d.name("v0")] {
			got = d.run(t, "", "publish", "--dry-run", d.name("v0"))
			assert.Equal(t, got.code, 0, got.output)
		}
		job.tags = job.tags[1:]
		job.args = append([]string{"publish"}, d.names(job.tags)...)
	case "tag":
		assert.Check(t, there[d.name("v0")], got.output)
		got = d.run(t, "", "tag", d.name("v0"), d.name("v2"))
		assert.Equal(t, got.code, 0, got.output)
		job.tags = append(job.tags, "v2")
		job.args = append(job.args, d.name("v2"))
	}
	d.finishes(t, job.args...)
	d.serves(t, job, got.output)
}
