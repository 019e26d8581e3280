//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Builds and a publish that share one store and one builder do not disturb each other.
func TestBuildsAndPublishAtOnce(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nARG N\nCOPY shared /shared\nRUN echo $N > /n\n")
		payload := make([]byte, 8<<20)
		fill(payload, 7)
		s.write("shared", string(payload))
		name := func(n string) string { return s.repository("app") + ":" + n }
		s.run("build", "--test-local", "--build-arg", "N=0", "-t", name("0"), ".").succeeds(t)

		var group errgroup.Group
		results := make([]result, 3)
		for i, args := range [][]string{
			{"build", "--test-local", "--build-arg", "N=1", "-t", name("1"), "."},
			{"build", "--test-local", "--build-arg", "N=2", "-t", name("2"), "."},
			{"publish", name("0")},
		} {
			group.Go(func() error {
				results[i] = s.execute(s.command("docker", append([]string{"multiplat"}, args...)...))
				return nil
			})
		}
		assert.NilError(t, group.Wait())
		for _, r := range results {
			r.succeeds(t)
		}
		for _, n := range []string{"1", "2"} {
			s.run("publish", name(n)).succeeds(t)
		}
	}, containerdStore)
}

// A build that is killed, whatever it was at, leaves a draft that says so, and nothing in the way of the next one.
func TestKilledBuild(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		defer func() { // of tests that nobody ended
			left := s.docker("ps", "--all", "--quiet", "--filter", "label=com.docker-multiplat.run").succeeds(t)
			for id := range strings.FieldsSeq(left.Stdout) {
				s.docker("rm", "--force", id).succeeds(t)
			}
		}()
		payload := make([]byte, 32<<20)
		fill(payload, 3)
		s.write("payload", string(payload))
		name := s.repository("app") + ":1"
		for moment, dockerfile := range map[string]string{
			"RUN sleep 300":       "FROM busybox\nRUN sleep 300\n",
			"exporting layers":    "FROM busybox\nCOPY payload /exported\n",
			"loading ":            "FROM busybox\nCOPY payload /loaded\n",
			"testing sleep 300":   "FROM busybox\nCOPY payload /tested\n",
			"exporting manifest ": "FROM busybox\nCOPY payload /manifested\n",
		} {
			s.write("Dockerfile", dockerfile)
			s.killAt(t, moment, "build", "--progress", "rawjson", "--test", "sleep 300", "-t", name, ".")
			r := s.run("publish", name).exits(t, 5)
			assert.Assert(t, is.Contains(r.Stderr, "its build did not end"), moment)
		}
		s.write("Dockerfile", "FROM busybox\nCOPY payload /whole\n")
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)
		s.run("publish", name).succeeds(t)
		s.run("verify", "--deep", "--require-tested", name).succeeds(t)
		work, err := os.ReadDir(filepath.Join(s.config, "multiplat", "store", "work"))
		assert.NilError(t, err)
		assert.Equal(t, len(work), 0)
	}, containerdStore)
}

// killAt starts the plugin, waits until its progress holds a text, and kills it.
func (s *scenario) killAt(t *testing.T, moment string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(s.config, "cli-plugins", "docker-multiplat"),
		append([]string{"multiplat"}, args...)...)
	command.Dir, command.Env = s.dir, s.environ
	log, err := os.Create(filepath.Join(s.dir, "killed.log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	eventually(t, "the build to say "+moment, func() error {
		text, err := os.ReadFile(log.Name())
		if err == nil && !strings.Contains(string(text), moment) {
			err = os.ErrNotExist
		}
		return err
	})
	assert.NilError(t, command.Process.Signal(syscall.SIGKILL))
	_ = command.Wait() // killed
}

// A store on a full disk, or one that cannot be written, is told in words, and works again when there is room.
func TestFullStore(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		folder := filepath.Join(s.dir, "small")
		assert.NilError(t, os.Mkdir(folder, 0o700))
		assert.NilError(t, syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=4m"))
		t.Cleanup(func() { assert.NilError(t, syscall.Unmount(folder, 0)) })
		small := s.with("MULTIPLAT_STORE=" + filepath.Join(folder, "store"))
		payload := make([]byte, 8<<20)
		fill(payload, 9)
		s.write("payload", string(payload))
		s.write("Dockerfile", "FROM busybox\nCOPY payload /payload\n")
		name := s.repository("app") + ":1"
		r := small.run("build", "-t", name, ".").exits(t, 3)
		assert.Assert(t, is.Contains(r.Stderr, "no space left on device"))
		small.run("publish", name).exits(t, 5)

		s.write("Dockerfile", "FROM busybox\n")
		small.run("build", "--test-local", "-t", name, ".").succeeds(t)
		small.run("publish", name).succeeds(t)
	}, containerdStore)
}

// A store that is read-only can be looked at. What would change it, or one that is somebody else's, is refused in words
// before anything is built, and left as it is.
func TestStoreThatCannotBeUsed(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		name, folder := s.repository("app")+":1", filepath.Join(s.dir, "disk")
		assert.NilError(t, os.Mkdir(folder, 0o700))
		assert.NilError(t, syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=64m"))
		t.Cleanup(func() { assert.NilError(t, syscall.Unmount(folder, 0)) })
		root := filepath.Join(folder, "store")
		there := s.with("MULTIPLAT_STORE=" + root)
		there.run("build", "--test-local", "-t", name, ".").succeeds(t)

		changing := [][]string{{"build", "-t", name, "."}, {"publish", name}, {"rm", name}}
		looking := [][]string{{"ls"}, {"inspect", "--local", name}, {"publish", "--dry-run", name}}
		refused := func(word string, commands ...[]string) {
			t.Helper()
			for _, args := range commands {
				r := there.run(args...).exits(t, 3)
				assert.Assert(t, is.Contains(r.Stderr, root))
				assert.Assert(t, is.Contains(r.Stderr, word))
				assert.Assert(t, is.Contains(r.Stderr, "MULTIPLAT_STORE=FOLDER"))
			}
		}
		assert.NilError(t, syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
		refused("read-only file system", changing...)
		for _, args := range looking {
			there.run(args...).succeeds(t)
		}
		assert.NilError(t, syscall.Mount("", folder, "", syscall.MS_REMOUNT, ""))
		assert.NilError(t, os.Chown(root, 12345, 12345))
		refused("12345", slices.Concat(changing, looking)...)
		assert.NilError(t, os.Chown(root, 0, 0))
		there.run("publish", name).succeeds(t)
	}, containerdStore)
}

// What a build may take from its user reaches every platform: an SSH agent, a layout as a named context.
func TestAgentAndLayoutReachEverySolve(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN uname -m > /base-machine\n")
		base := s.run("build", "-t", "base:1", ".").succeeds(t)
		_, id, _ := strings.Cut(strings.TrimSpace(base.Stdout), "@")

		socket := filepath.Join(s.dir, "agent.sock")
		agent := s.command("ssh-agent", "-D", "-a", socket)
		assert.NilError(t, agent.Start())
		t.Cleanup(func() {
			assert.NilError(t, agent.Process.Kill())
			_ = agent.Wait() // killed
		})
		eventually(t, "the SSH agent to listen", func() error {
			_, err := os.Stat(socket)
			return err
		})
		s.write("Dockerfile", `FROM layout
RUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && test "$(uname -m)" = "$(cat /base-machine)"
`)
		layout := "layout=oci-layout://" + filepath.Join(s.config, "multiplat", "store") + "@" + id
		s.run("build", "--no-cache", "--ssh", "default="+socket, "--build-context", layout,
			"-t", s.repository("app")+":1", ".").succeeds(t)
	}, containerdStore)
}
