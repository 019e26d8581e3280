//go:build e2e && drill

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// TestDrillInterrupts presses Ctrl-C in the middle of commands that use an engine, at moments by chance: they end within
// five seconds, and leave nothing in an engine that nobody else uses, nor on the disk, and no tag half written.
func TestDrillInterrupts(t *testing.T) {
	drilltest.Run(t, drilltest.Kind{Name: "interrupted with an engine", Run: func(t *testing.T, d *drilltest.Drill) {
		t.Helper()
		forEachStore(t, func(t *testing.T, s *scenario) {
			private := newEngine(t, s)
			temporary := t.TempDir()
			own := s.with("DOCKER_HOST="+private.host(), "TMPDIR="+temporary)
			own.write("Dockerfile", "FROM busybox\nARG TEXT\nRUN echo \"$TEXT\" > /text\nCMD [\"sleep\", \"300\"]\n")
			own.write("t.yaml", `schemaVersion: 2.0.0
commandTests: [{name: slow, setup: [[touch, /a]], command: sh, args: [-c, 'sleep 0.3; cat /text']}]
`)
			own.write("deaf.sh", "#!/bin/sh\ntrap '' INT TERM\nn=0\nwhile [ $n -lt 80 ]; do sleep 0.1; n=$((n+1)); done\n")
			assert.NilError(t, os.Chmod(filepath.Join(own.dir, "deaf.sh"), 0o700))
			i := &interrupts{scenario: own, temporary: temporary, name: own.repository("app")}
			for _, verb := range []string{"init", "build", "test", "script", "push"} {
				t.Run(verb, func(t *testing.T) { i.pressed(t, d, verb) })
			}
		}, containerdStore)
	}})
}

// interrupts are commands on an engine of their own that are interrupted.
type interrupts struct {
	*scenario
	temporary, name string
}

// pressed interrupts a command, after up to as long as it takes where nobody interrupts it.
func (i *interrupts) pressed(t *testing.T, d *drilltest.Drill, verb string) {
	t.Helper()
	if verb != "init" {
		i.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
	}
	i.run("build", "--test", "true", "-t", i.name+":0", ".")
	begun := time.Now()
	i.run(i.args(verb, 0)...).succeeds(t)
	whole := time.Since(begun)
	for n := 1; n <= d.Share(0.008); n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			count := d.Try(t)
			if verb == "init" {
				i.run("deinit", "--force").succeeds(t)
			}
			before := i.state(t)
			got := i.interrupted(t, d.Chance(n), whole, i.args(verb, n))
			count(1, got.Code == 0)
			i.leftNothing(t, verb, n, before, got)
		})
	}
}

// args are those of a command, whose n-th call is told from the others.
func (i *interrupts) args(verb string, n int) []string {
	tag := fmt.Sprint(i.name, ":", n)
	switch verb {
	case "init":
		return []string{"init", "--platform", "linux/amd64,linux/arm64"}
	case "script": // it does not end when it is told to
		return []string{"test", "--test-script", "./deaf.sh", i.name + ":0"}
	case "test":
		return []string{"test", "--test-config", "t.yaml", "--test-exec", "cat /text", i.name + ":0"}
	}
	build := []string{"build", "--platform", "linux/amd64,linux/arm64", "--build-arg", "TEXT=" + tag}
	if verb == "push" {
		build = append(build, "--push")
	}
	return append(build, "--test-config", "t.yaml", "-t", tag, ".")
}

// interrupted has the whole group of processes interrupted, as a terminal does.
func (i *interrupts) interrupted(t *testing.T, chance *rand.Rand, whole time.Duration, args []string) result {
	t.Helper()
	command := i.command("docker", append([]string{"multiplat"}, args...)...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var pressed time.Time
	var timer *time.Timer
	wait := time.Duration(chance.Int64N(int64(whole)))
	log, err := os.Create(filepath.Join(i.dir, "pressed.log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	timer = time.AfterFunc(wait, func() {
		pressed = time.Now()
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGINT) // it may have ended
	})
	ends(t, command)
	if !timer.Stop() {
		assert.Check(t, time.Since(pressed) < 5*time.Second, "%s: it ended after %s", wait, time.Since(pressed))
	}
	text, err := os.ReadFile(log.Name())
	assert.NilError(t, err)
	assert.NilError(t, log.Close())
	t.Logf("%s: exit %d after %s of %s\n%s", args[0], command.ProcessState.ExitCode(), wait, whole, text)
	return result{Line: fmt.Sprint(args), Stderr: string(text), Code: command.ProcessState.ExitCode()}
}

// state is what there is in the engine, but for images: those that were loaded to be tested stay there as always.
func (i *interrupts) state(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, list := range []string{
		"ps --all --format {{.Names}}", "volume ls --format {{.Name}}", "network ls --format {{.Name}}",
	} {
		all = append(all, strings.Fields(i.execute(i.command("docker", strings.Fields(list)...)).succeeds(t).Stdout)...)
	}
	slices.Sort(all)
	return all
}

// leftNothing checks what an interrupted command has left, and that it can be run again.
func (i *interrupts) leftNothing(t *testing.T, verb string, n int, before []string, got result) {
	t.Helper()
	early := slices.Contains([]int{125, 255}, got.Code) && !strings.Contains(got.Stderr, "ERROR:")
	if !early { // the Docker CLI was interrupted while it looked for the plugin
		assert.Check(t, slices.Contains([]int{0, 130}, got.Code), "exit %d: %s", got.Code, got.Stderr)
	}
	if verb == "init" { // what it has made is in the list of builders: init goes on with it, deinit takes it away
		if n%2 == 0 {
			i.run("deinit", "--force").succeeds(t)
		} else {
			i.run(i.args(verb, n)...).succeeds(t)
			i.run("deinit", "--force").succeeds(t)
		}
	}
	assert.DeepEqual(t, i.state(t), before)
	left, err := filepath.Glob(filepath.Join(i.temporary, "*"))
	assert.NilError(t, err)
	work, err := filepath.Glob(filepath.Join(i.config, "multiplat", "store", "work", "*"))
	assert.NilError(t, err)
	assert.Check(t, len(left)+len(work) == 0, "left: %v %v", left, work)
	if verb == "push" {
		i.told(t, fmt.Sprint(n), got)
	}
	i.run(i.args(verb, n)...).succeeds(t)
}

// told checks that a tag is absent or whole, and that the message says so.
func (i *interrupts) told(t *testing.T, tag string, got result) {
	t.Helper()
	if _, there := i.registry.manifest(t, i.name, tag); !there {
		assert.Check(t, !regexp.MustCompile(`tag \S+ (is|was) written`).MatchString(got.Stderr), got.Stderr)
		return
	}
	index, _ := i.registry.index(t, i.name, tag)
	assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64", "linux/arm64"})
	said := got.Code == 0 || strings.Contains(got.Stderr, "written")
	assert.Check(t, said, "the tag is there: %s", got.Stderr)
}
