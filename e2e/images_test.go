//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// The images of emulators and of BuildKit may be the user's own: one by digest, which is printed and recorded, one that
// is in the engine alone. A table that is switched off, and a BuildKit that is too old, are told and not worked around.
func TestInitWithImagesOfTheUsersOwn(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.restoreEmulators(t)
		forget(t)
		pinned := strings.TrimSpace(
			s.docker("inspect", "--format", "{{index .RepoDigests 0}}", emulatorImage).succeeds(t).Stdout,
		)
		assert.Assert(t, is.Contains(pinned, "tonistiigi/binfmt@sha256:"))
		s.docker("pull", "--quiet", "moby/buildkit:buildx-stable-1").succeeds(t)
		own := s.repository("buildkit") + ":1"
		s.docker("tag", "moby/buildkit:buildx-stable-1", own).succeeds(t)
		asks := []string{
			"init", "--platform", "linux/amd64," + sparePlatform, "--binfmt-image", pinned, "--buildkit-image", own,
		}
		r := s.run(asks...).succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "added "+spare+" to the kernel of the engine's host (QEMU debian, "+pinned+")"))
		record, err := os.ReadFile(filepath.Join(s.config, "multiplat", "machines", "default.json"))
		assert.NilError(t, err)
		assert.Check(t, is.Contains(string(record), `"image":"`+pinned+`"`))
		container := "buildx_buildkit_" + s.builder + "0"
		image := s.docker("inspect", "--format", "{{.Config.Image}}", container).succeeds(t)
		assert.Check(t, is.Equal(image.Stdout, own+"\n"))

		switchEmulators(t, "0")
		for _, args := range [][]string{{"status"}, asks} {
			off := s.run(args...).exits(t, 3)
			assert.Check(t, is.Contains(off.Stderr, "binfmt_misc is switched off on the engine's host"))
			assert.Check(t, is.Contains(off.Stderr, "next: echo 1 | sudo tee "+binfmtFolder+"/status"))
		}
		switchEmulators(t, "1")
		s.run("status").succeeds(t)

		old := s.oldBuildKit(t, own)
		r = s.run("init", "--platform", "linux/amd64", "--recreate", "--buildkit-image", old).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, "runs BuildKit v0.11.2; v0.12.5 is the oldest that is used"))
	}, containerdStore)
}

// switchEmulators turns the whole table off or on, and on again at the end of the test.
func switchEmulators(t *testing.T, value string) {
	t.Helper()
	status := filepath.Join(binfmtFolder, "status")
	t.Cleanup(func() { assert.Check(t, os.WriteFile(status, []byte("1"), 0o600)) })
	assert.NilError(t, os.WriteFile(status, []byte(value), 0o600))
}

// oldBuildKit makes an image whose daemon says that it is of a version that is not used any more.
func (s *scenario) oldBuildKit(t *testing.T, image string) string {
	t.Helper()
	const path = "/usr/bin/buildkitd"
	version := s.docker("run", "--rm", "--entrypoint", path, image, "--version").succeeds(t).Stdout
	assert.Assert(t, is.Contains(version, " v0.34.2 "))
	id := strings.TrimSpace(s.docker("create", image).succeeds(t).Stdout)
	s.docker("cp", id+":"+path, s.dir).succeeds(t)
	file := filepath.Join(s.dir, filepath.Base(path))
	daemon, err := os.ReadFile(file)
	assert.NilError(t, err)
	daemon = bytes.ReplaceAll(daemon, []byte("v0.34.2"), []byte("v0.11.2"))
	assert.NilError(t, os.WriteFile(file, daemon, 0o600))
	s.docker("cp", file, id+":"+path).succeeds(t)
	old := s.repository("buildkit") + ":old"
	s.docker("commit", id, old).succeeds(t)
	s.docker("rm", id).succeeds(t)
	return old
}

// Each docker context has a builder and a record of its own, and BUILDX_CONFIG says where buildx keeps its builders.
func TestInitInADockerContext(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := "ctx-" + s.id
		s.docker("context", "create", name, "--docker", "host="+s.lab.engine).succeeds(t)
		folder := t.TempDir()
		own := s.with("DOCKER_HOST=", "BUILDX_BUILDER=", "DOCKER_CONTEXT="+name, "BUILDX_CONFIG="+folder)
		builder := "multiplat-" + name
		t.Cleanup(func() {
			s.execute(
				s.commandContext(contextOfCleanup(t), "docker", "rm", "--force", "--volumes", "buildx_buildkit_"+builder+"0"),
			)
		})
		report := own.run("init", "--platform", "linux/amd64", "--format", "json").succeeds(t).machine(t)
		assert.Check(t, is.Equal(report.Builder.Name, builder))
		for _, file := range []string{
			filepath.Join(folder, "instances", builder), filepath.Join(s.config, "multiplat", "machines", name+".json"),
		} {
			_, err := os.Stat(file)
			assert.Check(t, err)
		}
		s.write("Dockerfile", "FROM busybox\n")
		own.run("build", "-t", s.repository("app")+":1", ".").succeeds(t)
		other := s.with("BUILDX_BUILDER=").run("status").exits(t, 3)
		assert.Check(t, is.Contains(other.Stderr, "there is no builder for this docker context yet"))
		own.run("deinit").succeeds(t)
		left := s.docker("ps", "--all", "--quiet", "--filter", "name="+builder).succeeds(t)
		assert.Check(t, is.Equal(left.Stdout, ""))
	}, containerdStore)
}
