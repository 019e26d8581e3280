//go:build drill

package plugin

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// TestDrillRefusals gives the program every command line, file and variable that the tests of refusals know.
func TestDrillRefusals(t *testing.T) {
	drilltest.Run(t, drilltest.Kind{Name: "bad input", Run: badInput})
}

// atOnce is how long a refusal may take.
const atOnce = time.Second

// badLine is a command line of the program that is to be refused.
type badLine struct {
	name string
	args []string
	env  []string
	// check looks at what it is refused with.
	check func(t *testing.T, told string)
}

// badInput runs each line twice: as it is, for the time that it takes, and with its system calls looked at, of which
// none may reach for a network or change a file.
func badInput(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	folder := plugintest.BuildContext(t)
	t.Chdir(folder)
	assert.NilError(t, os.WriteFile("docker-bake.hcl", []byte(rightDefinition), 0o600))
	commands := multiplatOf(t).Commands()
	bench := newRefusalBench(t, folder)
	run := programBench{bench, listening(t, bench), filepath.Join(t.TempDir(), "calls")}
	var lines []badLine
	for _, wrong := range append(linesOfFlags(t, commands, folder, bench.registry),
		linesOfSwitches(commands, folder, bench.registry)...) {
		lines = append(lines, badLine{wrong.args[0] + " --" + wrong.flag, wrong.args, nil, wrong.check})
	}
	for _, wrong := range append(linesOfArguments(t, folder, bench.registry), linesOfBareFlags(commands)...) {
		lines = append(lines, badLine{wrong.args[0], wrong.args, nil, wrong.check})
	}
	lines = append(lines, linesOfVariables(bench, folder)...)
	var slowest time.Duration
	for i, line := range lines {
		if d.Short && i%40 != 0 {
			continue
		}
		t.Run(fmt.Sprintf("%d %s", i, strings.ReplaceAll(line.name, "/", " ")), func(t *testing.T) {
			count := d.Try(t)
			slowest = max(slowest, run.refuses(t, line))
			count(0, true)
		})
	}
	t.Logf("the slowest of %d lines took %s", len(lines), slowest.Round(time.Millisecond))
}

// linesOfVariables are those of which a variable of the environment is wrong, for the program as it is started.
func linesOfVariables(bench *refusalBench, folder string) (lines []badLine) {
	for name, values := range wrongVariables(folder) {
		for value, verbs := range values {
			for _, verb := range verbs {
				first, last := rightLine(verb, folder, bench.registry)
				lines = append(lines, badLine{
					verb + " " + name, slices.Concat([]string{verb}, first, last),
					[]string{name + "=" + value},
					func(t *testing.T, told string) {
						t.Helper()
						assert.Check(t, strings.Contains(told, name), "which variable? %s", told)
					},
				})
			}
		}
	}
	return lines
}

// listening is the address of an engine that notes that it is spoken to, and does not answer.
func listening(t *testing.T, bench *refusalBench) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "engine.sock")
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
	assert.NilError(t, err)
	server := &http.Server{
		Handler:           http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { bench.note(r) }),
		ReadHeaderTimeout: time.Minute,
	}
	go func() { _ = server.Serve(listener) }() // until it is closed
	t.Cleanup(func() { assert.Check(t, server.Close()) })
	return "unix://" + socket
}

// programBench is a bench on which the program is run as it is built, with the address of an engine and a file for its
// system calls.
type programBench struct {
	*refusalBench
	engine, calls string
}

// refuses runs a line, and returns how long that takes; what is slow is held against what any refusal takes then.
func (b programBench) refuses(t *testing.T, line badLine) time.Duration {
	t.Helper()
	before := b.there(t)
	b.contacts()
	told, took := b.program(t, line, os.Getenv("MULTIPLAT"))
	for range 3 { // others may have the processor
		if took < atOnce {
			break
		}
		_, idle := b.program(t, badLine{args: []string{"no-such-command"}}, os.Getenv("MULTIPLAT"))
		_, again := b.program(t, line, os.Getenv("MULTIPLAT"))
		took = min(took, again-idle)
	}
	assert.Check(t, took < atOnce, "it took %s", took)
	assert.Check(t, isRefusal(told), "one line, and at most what else was wrong and what to do below it: %s", told)
	line.check(t, told)
	b.program(t, line, "strace", "-f", "-qq", "--seccomp-bpf", "-e", "signal=none", "-e", "trace=connect,sendto,"+
		"openat,open,creat,mkdirat,mkdir,unlinkat,unlink,renameat2,renameat,rename,linkat,symlinkat,ftruncate,fchmodat",
		"-o", b.calls, os.Getenv("MULTIPLAT"))
	text, err := os.ReadFile(b.calls)
	assert.NilError(t, err)
	for call := range strings.Lines(string(text)) {
		assert.Check(t, !changes(call), "%s", call)
	}
	contacted := b.contacts()
	assert.Check(t, len(contacted) == 0, "contacted: %s", contacted)
	after := b.there(t)
	assert.Check(t, cmp.Equal(before, after), "something is written: %s", cmp.Diff(before, after))
	return took
}

// changes tells whether a system call reached for a network, or could change a file other than the lock that the
// builders of buildx are read under.
func changes(call string) bool {
	reads := regexp.MustCompile(`\bopen(at)?\([^"]*"[^"]*", [A-Z_|]*O_RDONLY[A-Z_|]*\)`).MatchString(call) &&
		!strings.Contains(call, "O_CREAT") && !strings.Contains(call, "O_TRUNC")
	return !reads && !strings.Contains(call, `"/dev/`) && !strings.Contains(call, `/buildx/.lock"`) &&
		!strings.Contains(call, "+++ ") && !strings.Contains(call, "resumed>") &&
		!strings.Contains(call, " ???(") // of a thread that ends with the program, and has not begun its call
}

// program runs the program by a command, and gives what it says and how long that takes.
func (b programBench) program(t *testing.T, line badLine, by ...string) (told string, took time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	args := slices.Concat(by[1:], []string{"multiplat"}, line.args)
	cmd := exec.CommandContext(ctx, by[0], args...) //nolint:gosec // what make built
	cmd.Env = append(os.Environ(), append([]string{"DOCKER_HOST=" + b.engine}, line.env...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	_ = cmd.Run() // its exit code tells
	took = time.Since(began)
	assert.Check(
		t,
		cmd.ProcessState.ExitCode() == failure.ExitInput,
		"%d: %s",
		cmd.ProcessState.ExitCode(),
		stderr.String(),
	)
	assert.Check(t, stdout.String() == "", stdout.String())
	return stderr.String(), took
}
