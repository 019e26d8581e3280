//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// A lab whose processes were killed leaves sockets, pid files and bridges behind; the next `up` must not trip over
// them, even where a daemon takes its time. The lab is a second one, with a folder and ports of its own, so nothing
// else notices.
func TestLabComesUpAfterAKill(t *testing.T) {
	second := secondLab(t)
	second(t, "up", "--store", containerdStore)
	killLab(t, second.dir(t))
	delayContainerd(t, second.dir(t))
	second(t, "up", "--store", containerdStore)
	assert.Assert(t, strings.Contains(second(t, "status"), "engine containerd: running"))
}

// labCommand runs one command of a lab and returns what it wrote.
type labCommand func(t *testing.T, args ...string) string

// dir is where that lab lives.
func (command labCommand) dir(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(command(t, "env")) {
		if dir, ok := strings.CutPrefix(strings.TrimSpace(line), "export LAB_DIR="); ok {
			return dir
		}
	}
	t.Fatal("`lab env` names no LAB_DIR")
	return ""
}

// secondLab is a lab beside the running one, with its programs, packages and images. It is gone after the test.
func secondLab(t *testing.T) labCommand {
	t.Helper()
	dir, err := os.MkdirTemp("", "lab") //nolint:usetesting // short: the path of a socket may have 108 bytes
	assert.NilError(t, err)
	first := labEnvironment(t, containerdStore)["LAB_DIR"]
	assert.NilError(t, runHost(t, "cp", "-a", filepath.Join(first, "bin"), dir))
	for _, shared := range []string{"registry", "deb"} {
		assert.NilError(t, os.Symlink(filepath.Join(first, shared), filepath.Join(dir, shared)))
	}
	environ := append(os.Environ(), "LAB_DIR="+dir, "LAB_REGISTRY_PORT=15500")
	command := func(t *testing.T, args ...string) string {
		t.Helper()
		command := exec.CommandContext(contextOfCleanup(t), filepath.Join("lab", "lab"), args...)
		command.Env = environ
		output, err := command.CombinedOutput()
		t.Logf("lab %v\n%s", args, output)
		if args[0] != "status" { // it fails while the other store's engine is not asked for
			assert.NilError(t, err)
		}
		return string(output)
	}
	t.Cleanup(func() {
		command(t, "down")
		mounts, err := os.ReadFile("/proc/self/mountinfo")
		assert.NilError(t, err)
		assert.Check(t, !strings.Contains(string(mounts), dir), "it has left mounts behind")
		assert.Check(t, runHost(t, "pgrep", "-f", dir) != nil, "it has left processes behind")
		assert.NilError(t, os.RemoveAll(dir))
	})
	return command
}

// killLab ends every process of a lab at once, as a machine that takes a whole session away does.
func killLab(t *testing.T, dir string) {
	t.Helper()
	for _, pattern := range []string{"*.pid", "*/*.pid"} {
		files, err := filepath.Glob(filepath.Join(dir, "run", pattern))
		assert.NilError(t, err)
		for _, file := range files {
			content, err := os.ReadFile(file)
			assert.NilError(t, err)
			pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
			assert.NilError(t, err, "reading %s", file)
			assert.NilError(t, syscall.Kill(pid, syscall.SIGKILL), "killing the process of %s", file)
		}
	}
}

// delayContainerd holds the lock of containerd's database for a second, so that it starts as slowly as one with much
// content: the socket of its predecessor is there all that time, and nobody listens.
func delayContainerd(t *testing.T, dir string) {
	t.Helper()
	root := filepath.Join(dir, "engine-containerd", "containerd")
	database, err := os.Open(filepath.Join(root, "io.containerd.metadata.v1.bolt", "meta.db"))
	assert.NilError(t, err)
	assert.NilError(t, syscall.Flock(int(database.Fd()), syscall.LOCK_EX))
	time.AfterFunc(time.Second, func() { _ = database.Close() })
}
