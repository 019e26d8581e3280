//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// engine is a Docker Engine of one scenario's own, which may be restarted. It has no bridge: containers on it have
// the host's network or none.
type engine struct {
	s                  *scenario
	folder             string
	containerd, docker *exec.Cmd
}

// newEngine starts an engine from the lab's binaries, which pulls through the lab's registry.
func newEngine(t *testing.T, s *scenario) *engine {
	t.Helper()
	return newEngineIn(t, s, "/tmp")
}

// newEngineIn is newEngine with all that it keeps in a folder of its own in another, whose path has to be short.
func newEngineIn(t *testing.T, s *scenario, parent string) *engine {
	t.Helper()
	folder, err := os.MkdirTemp(parent, "e2e-engine-") //nolint:usetesting // a socket's path has to be short
	assert.NilError(t, err)
	e := &engine{s: s, folder: folder}
	t.Cleanup(func() {
		e.stop(t)
		end(t, e.containerd)
		assert.Check(t, endShims(t, e.path("c.sock")))
		assert.Check(t, unmountBelow(t, folder))
		assert.Check(
			t,
			runHost(t, "find", "/sys/fs/cgroup", "-depth", "-path", "*/"+filepath.Base(folder)+"*", "-type", "d", "-delete"),
		)
		assert.Check(t, os.RemoveAll(folder))
	})
	e.write(t, "containerd.toml", fmt.Sprintf(`version = 3
root = %q
state = %q
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt", "io.containerd.podsandbox.controller.v1.podsandbox"]
[grpc]
  address = %q
[ttrpc]
  address = %q
`, e.path("containerd"), e.path("state"), e.path("c.sock"), e.path("c.ttrpc")))
	settings := map[string]any{
		"hosts": []string{"unix://" + e.path("docker.sock")}, "pidfile": e.path("docker.pid"), "exec-root": e.path("exec"),
		"data-root": e.path("docker"), "containerd": e.path("c.sock"), "bridge": "none",
		"registry-mirrors": []string{"http://" + s.lab.registry}, "insecure-registries": []string{s.lab.registry},
		"iptables": false, "ip6tables": false, "ip-forward": false, "ip-masq": false,
		"init-path": filepath.Join(filepath.Dir(s.lab.buildx), "docker-init"),
		"exec-opts": []string{"native.cgroupdriver=cgroupfs"}, "cgroup-parent": "/" + filepath.Base(folder),
	}
	text, err := json.Marshal(settings)
	assert.NilError(t, err)
	e.write(t, "daemon.json", string(text))
	e.containerd = e.start(t, "containerd", "--config", e.path("containerd.toml"))
	eventually(t, "containerd answers", func() error {
		_, err := os.Stat(e.path("c.sock"))
		return err
	})
	e.boot(t)
	return e
}

func (e *engine) path(name string) string { return filepath.Join(e.folder, name) }

func (e *engine) write(t *testing.T, name, text string) {
	t.Helper()
	assert.NilError(t, os.WriteFile(e.path(name), []byte(text), 0o600))
}

// host is the engine's DOCKER_HOST.
func (e *engine) host() string { return "unix://" + e.path("docker.sock") }

// start runs a daemon that ends with the scenario.
func (e *engine) start(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(filepath.Join(filepath.Dir(e.s.lab.buildx), name), args...) //nolint:noctx // ended by hand
	command.Env = e.s.environ
	log, err := os.OpenFile(e.path(name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	assert.NilError(t, err)
	defer log.Close()
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	return command
}

// boot starts the engine and waits until it answers.
func (e *engine) boot(t *testing.T) {
	t.Helper()
	e.docker = e.start(t, "dockerd", "--config-file", e.path("daemon.json"))
	eventually(t, "the engine answers", func() error {
		return lab{engine: e.host()}.ping(contextOfCleanup(t))
	})
}

// stop ends the engine as a shutdown of its host does: with its containers.
func (e *engine) stop(t *testing.T) {
	t.Helper()
	end(t, e.docker)
}

func end(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if command == nil || command.ProcessState != nil {
		return
	}
	_ = command.Process.Signal(os.Interrupt)
	timer := time.AfterFunc(30*time.Second, func() { _ = command.Process.Kill() })
	defer timer.Stop()
	_ = command.Wait() // whatever it says, it is over
}

// endShims ends the shims of a containerd that was killed: none comes back that would.
func endShims(t *testing.T, socket string) error {
	t.Helper()
	const script = `for p in $(pgrep -f containerd-shim); do tr '\0' '\n' <"/proc/$p/cmdline" | grep -qxF "$0" && [ "$p" != $$ ] && kill -9 "$p"; done; true`
	return runHost(t, "bash", "-c", script, socket)
}

// unmountBelow removes what containers have left mounted.
func unmountBelow(t *testing.T, folder string) error {
	t.Helper()
	const script = `awk -v d="$0/" 'index($5, d) == 1 {print $5}' /proc/self/mountinfo | sort -r | while read -r p; do umount -l "$p"; done`
	return runHost(t, "bash", "-c", script, folder)
}
