//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// mountReadOnly makes a folder read-only, for root too, as a secret is that is mounted into a container.
func mountReadOnly(t *testing.T, folder string) {
	t.Helper()
	assert.NilError(t, syscall.Mount(folder, folder, "", syscall.MS_BIND, ""))
	t.Cleanup(func() { assert.NilError(t, syscall.Unmount(folder, 0)) })
	assert.NilError(t, syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""))
	assert.ErrorIs(t, os.WriteFile(filepath.Join(folder, "probe"), nil, 0o600), syscall.EROFS)
}

// A configuration folder that is mounted read-only serves every command: what they write is in the folder that the
// environment names, else where programs keep their state. With nowhere to write, the variable is named.
func TestReadOnlyConfiguration(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\nRUN echo yes >/answer\n")
		mountReadOnly(t, s.config)
		place := t.TempDir()
		for variable, want := range map[string]string{
			"XDG_STATE_HOME=" + place + "/xdg": place + "/xdg/docker-multiplat/buildx",
			"MULTIPLAT_STORE=" + place + "/m":  place + "/m/state/buildx",
			"XDG_STATE_HOME=":                  filepath.Dir(s.config) + "/.local/state/docker-multiplat/buildx",
		} {
			name := s.repository("app") + ":" + uniqueName(t)
			there := s.with(variable)
			there.run("init", "--platform", "linux/amd64").succeeds(t)
			_, err := os.Stat(want)
			assert.NilError(t, err)
			there.run("build", "--test-local", "-t", name, ".").succeeds(t)
			there.run("test", "--test", "grep yes /answer", name).succeeds(t)
			there.run("publish", name).succeeds(t)
			there.run("verify", "--require-tested", name).succeeds(t)
			there.run("deinit", "--force").succeeds(t)
		}
		nowhere := s.with("MULTIPLAT_STORE=/proc/nowhere")
		for _, args := range [][]string{{"init"}, {"build", "-t", "app:1", "."}, {"deinit", "--force"}} {
			r := nowhere.run(args...).exits(t, 3)
			assert.Check(t, is.Contains(r.Stderr, "MULTIPLAT_STORE=FOLDER"), "%v", args)
			assert.Check(t, !strings.Contains(r.Stderr, "next:"), r.Stderr)
		}
	}, containerdStore)
}

// What init has found while the configuration could be written counts after it was mounted read-only.
func TestRecordInReadOnlyConfiguration(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		place := t.TempDir()
		there := s.with("MULTIPLAT_STORE="+filepath.Join(place, "store"), "BUILDX_CONFIG="+filepath.Join(place, "buildx"))
		s.write("Dockerfile", "FROM busybox\n")
		there.run("init", "--platform", "linux/amd64").succeeds(t)
		mountReadOnly(t, s.config)
		r := there.run("build", "--dry-run", "-t", "app:1", ".").succeeds(t)
		assert.Assert(t, is.Contains(r.Stdout, "linux/amd64"))
		assert.Assert(t, !strings.Contains(r.Stdout, "linux/arm64"), r.Stdout)
		there.run("build", "--test-local", "-t", "app:1", ".").succeeds(t)
		r = there.run("deinit", "--force").succeeds(t)
		assert.Assert(t, is.Contains(r.Stderr, "removed"))
	}, containerdStore)
}

// A layer in the store that is not what it was is met when it is loaded: it is named, and the build that is told brings
// it anew, while another draft is as it was.
func TestDamagedLayerIsMended(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		payload := make([]byte, 6<<20) // more than is hashed whenever it is written
		fill(payload, 7)
		s.write("payload", string(payload))
		s.write("Dockerfile", "FROM busybox\nCOPY payload /payload\n")
		name, other := s.repository("app")+":1", s.repository("other")+":1"
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)
		s.write("Dockerfile.other", "FROM busybox\n")
		s.run("build", "--test-local", "-f", "Dockerfile.other", "-t", other, ".").succeeds(t)

		blobs := filepath.Join(s.config, "multiplat", "store", "blobs", "sha256")
		for _, args := range [][]string{{"test", name}, {"build", "--load", "-t", name, "."}} {
			path := largest(t, blobs)
			body, err := os.ReadFile(path)
			assert.NilError(t, err)
			body[len(body)/2] ^= 1
			assert.NilError(t, os.Chmod(path, 0o600))
			assert.NilError(t, os.WriteFile(path, body, 0o600))
			s.docker("rmi", name+"--amd64").succeeds(t)

			r := s.run(args...).exits(t, 9)
			assert.Assert(t, is.Contains(r.Stderr, filepath.Base(path)))
			assert.Assert(t, !strings.Contains(r.Stderr, "error during connect"), r.Stderr)
			_, next, found := strings.Cut(r.Stderr, "next: docker multiplat ")
			assert.Assert(t, found, r.Stderr)
			s.run("publish", other).succeeds(t)
			s.run(strings.Fields(next)...).succeeds(t)
			s.run("test", name).succeeds(t)
			s.run("publish", name).succeeds(t)
		}
	})
}

// largest is the largest file of a folder.
func largest(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	assert.NilError(t, err)
	name, size := "", int64(-1)
	for _, entry := range entries {
		info, err := entry.Info()
		assert.NilError(t, err)
		if info.Size() > size {
			name, size = entry.Name(), info.Size()
		}
	}
	return filepath.Join(folder, name)
}
