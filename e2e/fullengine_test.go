//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// An engine without room for an image is the machine's failure, and no verdict on the image: once there is room it is
// tested and published.
func TestFullEngine(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		payload := make([]byte, 64<<20)
		fill(payload, 17)
		s.write("payload", string(payload))
		s.write("Dockerfile", "FROM busybox\nCOPY payload /payload\n")
		name := s.repository("app") + ":1"
		s.run("build", "-t", name, ".").succeeds(t)

		disk := diskOf(t, "48m")
		e := newEngineIn(t, s, disk)
		small := s.with("DOCKER_HOST=" + e.host())
		r := small.run("test", "--test", "true", name).exits(t, 3)
		assert.Assert(t, is.Contains(r.Stderr, "no space left on device"))
		refused := small.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "untested"))

		assert.NilError(t, syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=1g"))
		small.run("test", "--test", "true", name).succeeds(t)
		small.run("publish", name).succeeds(t)
		small.nothingLeft(t)
	}, containerdStore)
}

// A builder without room is told in the builder's words; the tag stays, and the same build ends well with room.
func TestFullBuilder(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		disk := diskOf(t, "4g")
		own := s.with("DOCKER_HOST=" + newEngineIn(t, s, disk).host())
		own.run("init", "--platform", "linux/amd64").succeeds(t)
		own.write("Dockerfile", "FROM busybox\n")
		name := own.repository("app") + ":1"
		own.run("build", "--push", "--test", "true", "-t", name, ".").succeeds(t)
		_, before := own.registry.index(t, own.repository("app"), "1")

		own.write("Dockerfile", "FROM busybox\nRUN dd if=/dev/urandom of=/payload bs=1M count=64\n")
		fillDisk(t, disk, 16<<20)
		r := own.run("build", "--push", "--test", "true", "-t", name, ".")
		assert.Assert(t, r.Code == 3 || r.Code == 4, "exit %d: %s", r.Code, r.Stderr)
		assert.Assert(t, is.Contains(r.Stderr, "o space left on device"))
		assert.Assert(t, is.Contains(r.Stderr, "next: "))
		_, now := own.registry.index(t, own.repository("app"), "1")
		assert.Equal(t, now, before)

		assert.NilError(t, syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=8g"))
		own.run("build", "--push", "--test", "true", "-t", name, ".").succeeds(t)
		own.nothingLeft(t)
	}, containerdStore)
}

// diskOf is a disk of some size, for an engine.
func diskOf(t *testing.T, size string) string {
	t.Helper()
	disk, err := os.MkdirTemp("/tmp", "e2e-disk-") //nolint:usetesting // a socket's path has to be short
	assert.NilError(t, err)
	assert.NilError(t, syscall.Mount("tmpfs", disk, "tmpfs", 0, "size="+size))
	t.Cleanup(func() {
		assert.Check(t, syscall.Unmount(disk, syscall.MNT_DETACH))
		assert.Check(t, os.Remove(disk))
	})
	return disk
}

// fillDisk makes a disk as small as leaves so many bytes of it free.
func fillDisk(t *testing.T, disk string, free uint64) {
	t.Helper()
	var found syscall.Statfs_t
	assert.NilError(t, syscall.Statfs(disk, &found))
	used := (found.Blocks - found.Bfree) * uint64(found.Bsize)
	size := fmt.Sprintf("size=%d", used+free)
	assert.NilError(t, syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, size))
}
