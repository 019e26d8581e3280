//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// daemon is a BuildKit of its own on loopback.
type daemon struct {
	address string
	command *exec.Cmd
}

// newDaemon starts a BuildKit daemon on the host, which pulls through the lab's registry and lives as long as the test.
func newDaemon(t *testing.T, s *scenario, flags ...string) *daemon {
	t.Helper()
	environ := labEnvironment(t, s.store)
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // only to find a free port
	assert.NilError(t, err)
	d := &daemon{address: "tcp://" + listener.Addr().String()}
	assert.NilError(t, listener.Close())
	folder, err := os.MkdirTemp("/tmp", "e2e-node-") //nolint:usetesting // what it leaves mounted has to go first
	assert.NilError(t, err)
	d.command = s.commandContext(context.WithoutCancel(t.Context()), s.lab.tool("buildkitd"), append([]string{
		"--addr", d.address, "--root", filepath.Join(folder, "root"),
		"--otel-socket-path", filepath.Join(folder, "otel.sock"), "--config", environ["LAB_BUILDKITD_CONFIG"],
	}, flags...)...)
	log, err := os.Create(filepath.Join(folder, "log"))
	assert.NilError(t, err)
	d.command.Stdout, d.command.Stderr = log, log
	assert.NilError(t, d.command.Start())
	t.Cleanup(func() {
		d.kill()
		_ = log.Close()
		assert.Check(t, unmountBelow(t, folder))
		assert.Check(t, os.RemoveAll(folder))
	})
	eventually(t, "a BuildKit on the host listens", func() error {
		if len(flags) == 0 {
			return s.command(s.lab.tool("buildctl"), "--addr", d.address, "debug", "workers").Run()
		}
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(d.address, "tcp://"))
		if err == nil {
			err = conn.Close()
		}
		return err
	})
	return d
}

func (d *daemon) kill() {
	_ = d.command.Process.Kill()
	_ = d.command.Wait() // it was killed
}

// A node that declares a platform gets it, although the first node could emulate it. Taken away in the middle of a
// build, it fails its platform alone, by name.
func TestNodeThatDeclaresAPlatform(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		both := []string{"--platform", "linux/amd64,linux/arm64"}
		s.run(append([]string{"init"}, both...)...).succeeds(t)
		second := newDaemon(t, s)
		group := "nodes-" + s.id
		nodes := s.with("BUILDX_BUILDER=" + group)
		first := "linux/amd64=docker-container://buildx_buildkit_" + s.builder + "0"
		nodes.run(append([]string{"init", "--node", first}, both...)...).succeeds(t) // it emulates linux/arm64
		add := append([]string{"init", "--node", first, "--node", "linux/arm64=" + second.address}, both...)
		report := nodes.run(append(add, "--format", "json")...).succeeds(t).machine(t)
		assert.Equal(t, report.Platforms[0].Node, group+"0")
		assert.Equal(t, report.Platforms[1].Node, group+"1")
		assert.Equal(t, report.Builder.Driver, "remote")
		other := nodes.run("init", "--node", "linux/s390x="+second.address).exits(t, 3)
		assert.Check(t, is.Contains(other.Stderr, `is for "linux/arm64", not "linux/s390x"`))

		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\nARG TARGETARCH\nRUN echo built-for-$TARGETARCH\n")
		plan := nodes.run("build", "--dry-run", "-t", name, ".").succeeds(t)
		// all nodes here are of amd64, whatever they were given
		assert.Check(t, is.Contains(plan.Stdout, "emulated on "+group+"1"))
		never := nodes.run("build", "--emulation", "never", "-t", name, ".").exits(t, 3)
		assert.Check(t, is.Contains(never.Stderr, `linux/arm64 (node "`+group+`1" was given it, and is of linux/amd64)`))
		nodes.run("build", "-t", name, ".").succeeds(t)
		used := s.finish(s.command(s.lab.tool("buildctl"), "--addr", second.address, "du", "-v")).succeeds(t)
		assert.Check(t, is.Contains(used.Stdout, "built-for-$TARGETARCH"))
		alone := s.docker("exec", "buildx_buildkit_"+s.builder+"0", "buildctl", "du", "-v").succeeds(t)
		assert.Check(t, is.Equal(strings.Count(alone.Stdout, "built-for-$TARGETARCH"), 1))

		ended, said := nodes.killMidBuild(t, second, name, "exit 1")
		assert.Equal(t, ended, 4, said)
		assert.Check(t, is.Contains(said, `building linux/arm64: on node "`+group+`0"`))
		assert.Check(t, is.Contains(said, `(node "`+group+`1" was lost before)`))
		refused := nodes.run("publish", name).exits(t, 5)
		assert.Check(t, is.Contains(refused.Stderr, "linux/arm64"))
		assert.Check(t, !strings.Contains(refused.Stderr, "linux/amd64 "))

		gone := nodes.run("build", "-t", name, ".").exits(t, 3)
		assert.Check(t, is.Contains(gone.Stderr, `node "`+group+`1"`))
		assert.Check(t, is.Contains(gone.Stderr, "linux/arm64"))
		nodes.run("build", "--platform", "linux/amd64", "-t", name, ".").succeeds(t)
	}, containerdStore)
}

// A platform whose node is lost in the middle is built once more on another that can, and said to be of that.
func TestLostNodeIsStoodInFor(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		both := []string{"--platform", "linux/amd64,linux/arm64"}
		s.run(append([]string{"init"}, both...)...).succeeds(t)
		second, group := newDaemon(t, s), "stand-"+s.id
		nodes := s.with("BUILDX_BUILDER=" + group)
		nodes.run(append([]string{
			"init", "--node", "linux/amd64=docker-container://buildx_buildkit_" + s.builder + "0",
			"--node", "linux/arm64=" + second.address,
		}, both...)...).succeeds(t)
		name := s.repository("app") + ":1"
		ended, said := nodes.killMidBuild(t, second, name, "exit 0")
		assert.Equal(t, ended, 0, said)
		assert.Check(t, is.Contains(said, `node "`+group+`1" is lost: building once more on node "`+group+`0"`))
		alone := s.docker("exec", "buildx_buildkit_"+s.builder+"0", "buildctl", "du", "-v").succeeds(t)
		assert.Check(t, is.Equal(strings.Count(alone.Stdout, "begun-$TARGETARCH"), 2))
		nodes.run("publish", name).succeeds(t)
	}, containerdStore)
}

// killMidBuild takes the node away while it builds, and tells how the command ended, and what it said. A second try of
// the platform does as it is told.
func (s *scenario) killMidBuild(t *testing.T, node *daemon, name, second string) (code int, said string) {
	t.Helper()
	s.write("gate/first", "")
	s.write("Dockerfile", "FROM busybox\nARG TARGETARCH\nCOPY gate /gate\n"+
		"RUN echo begun-$TARGETARCH; if [ $TARGETARCH = arm64 ]; then [ -e /gate/second ] || sleep 600; "+second+"; fi\n")
	command := s.command(
		"docker",
		"multiplat",
		"build",
		"--progress",
		"plain",
		"--test-local",
		"--test",
		"true",
		"-t",
		name,
		".",
	)
	log, err := os.Create(filepath.Join(s.dir, "nodes.log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	read := func() string {
		text, err := os.ReadFile(log.Name())
		assert.NilError(t, err)
		return string(text)
	}
	eventually(t, "both platforms are being built", func() error {
		if text := read(); !strings.Contains(text, " begun-arm64") || !strings.Contains(text, " begun-amd64") {
			return fmt.Errorf("not yet: %s", text)
		}
		return nil
	})
	s.write("gate/second", "")
	node.kill()
	ends(t, command)
	t.Logf("it ended after the node did:\n%s", read())
	return command.ProcessState.ExitCode(), read()
}

// init appends an engine as a node of its own, with settings that follow from that engine.
func TestInitAppendsNodes(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		other := labEnvironment(t, overlay2Store)["DOCKER_HOST"]
		context := "other-" + s.id
		s.linkTo(t, context, other)
		far := s.with("PATH=" + s.sshTo(t, other) + ":" + s.lab.path)
		args := []string{
			"init", "--platform", "linux/amd64,linux/arm64,linux/arm/v7,linux/s390x", "--node", "linux/arm64=" + other,
			"--node", "s390x=" + context, "--node", "arm/v7=ssh://far.example",
		}
		made := far.run(args...).succeeds(t)
		assert.Check(t, is.Contains(made.Stderr, "are one engine, going by its ID: "))
		assert.Equal(t, strings.Count(made.Stderr, "--remove-node"), 2, "two of the three at that engine can go")
		again := far.run(append(args, "--format", "json")...).succeeds(t).machine(t)
		for i, row := range again.Platforms {
			assert.Equal(t, row.Node, fmt.Sprintf("%s%d", s.builder, []int{0, 1, 3, 2}[i]), row.Platform)
		}
		s.write("Dockerfile", "FROM busybox\nRUN uname -m\n")
		far.run("build", "-t", s.repository("app")+":1", ".").succeeds(t)
		s.docker("context", "create", "same-"+s.id, "--docker", "host="+other).succeeds(t)
		args[4] = "linux/arm64=same-" + s.id
		same := far.run(append(args, "--format", "json")...).succeeds(t)
		assert.Equal(t, len(same.machine(t).Builder.Nodes), 4, "an engine is one node by its address and by its context")
		refused := far.run("init", "--node", "linux/arm64=tcp://127.0.0.1:1").exits(t, 2)
		assert.Check(t, is.Contains(refused.Stderr, "a builder of their own"))
		s.run("init", "--node", "linux/arm64").exits(t, 2)
		far.run("init", "--recreate", "--driver-opt", "env.E2E=1").succeeds(t)
		kept := far.run("status", "--format", "json").succeeds(t).machine(t)
		assert.Equal(t, len(kept.Builder.Nodes), 4)
		far.run("deinit").succeeds(t)
		left := s.with("DOCKER_HOST="+other).docker("ps", "--all", "--quiet", "--filter", "name="+s.builder).succeeds(t)
		assert.Equal(t, left.Stdout, "")
	}, containerdStore)
}
