//go:build drill

package drill

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
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

// atEachChange kills a publish, a tag and a removal at each system call that changes a file.
func atEachChange(t *testing.T, d *drilltest.Drill) {
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
						one.traced(t, one.args(verb, job), call, fmt.Sprintf("%s:signal=KILL:when=%d", call, at))
						one.recovers(t, verb, job)
						count(1, false)
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

// traced counts how often a command makes a system call.
func traced(t *testing.T, verb, call string) int {
	t.Helper()
	one, job := twoTags(t, drilltest.Options{}, 0)
	return one.traced(t, one.args(verb, job), call, "")
}

// traced runs a command under strace, which may kill it, and counts its system calls.
func (d *try) traced(t *testing.T, args []string, call, inject string) int {
	t.Helper()
	cmd := d.command(t.Context(), "", args...)
	options := []string{"-f", "-qq", "-e", "trace=" + call, "-e", "signal=none"}
	if inject != "" {
		options = append(options, "-e", "inject="+inject)
	}
	strace, err := exec.LookPath("strace")
	assert.NilError(t, err, "apt-get install strace")
	cmd.Args = append(append([]string{strace}, options...), cmd.Args...)
	cmd.Path = strace
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err = cmd.Run()
	if inject != "" { // strace ends as what it traces
		assert.ErrorContains(t, err, "killed", "%s", output.String())
	}
	return strings.Count(output.String(), call+"(")
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
