//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// flock is a definition of three targets that are asked for: one a matrix of two, one that takes another, one that
// inherits; and one without a tag.
const flock = `
variable "REPO" { default = "" }
group "default" { targets = ["tool", "app", "slim", "probe"] }
target "_common" {
  platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"]
  args = { GREETING = "hello" }
}
target "base" {
  inherits = ["_common"]
  context = "base"
}
target "tool" {
  name = "tool-${flavour}"
  matrix = { flavour = ["red", "blue"] }
  inherits = ["_common"]
  dockerfile-inline = "FROM busybox\nRUN echo ${flavour} >/flavour\nCMD [\"cat\", \"/flavour\"]\n"
  tags = ["${REPO}/tool:${flavour}"]
}
target "app" {
  inherits = ["_common"]
  context = "app"
  contexts = { base = "target:base" }
  tags = ["${REPO}/app:1", "${REPO}/app:latest"]
}
target "slim" {
  inherits = ["app"]
  target = "slim"
  tags = ["${REPO}/slim:1"]
}
target "probe" {
  dockerfile-inline = "FROM busybox\nCMD [\"true\"]\n"
  platforms = ["linux/amd64"]
}
`

// writeFlock writes it, with what its targets are built from.
func (s *scenario) writeFlock() *scenario {
	s.write("docker-bake.hcl", flock)
	s.write("base/Dockerfile", "FROM busybox\nARG GREETING\nRUN echo \"$GREETING $(uname -m)\" >/greeting\n")
	s.write("app/Dockerfile", "FROM base AS slim\nCMD [\"cat\", \"/greeting\"]\n"+
		"FROM slim\nRUN echo app >/kind\nCMD [\"cat\", \"/greeting\", \"/kind\"]\n")
	return s.with("REPO=" + strings.TrimSuffix(s.repository(""), "/"))
}

// manifests are the digests of an index by platform.
func (s *scenario) manifests(t *testing.T, name, tag string) map[string]string {
	t.Helper()
	index, _ := s.registry.index(t, s.repository(name), tag)
	found := map[string]string{}
	for i, image := range imagesOf(index) {
		found[platformsOf(index)[i]] = image.Digest.String()
	}
	return found
}

// Targets are built, tested and published by one command: each draft under its tags, a link to the image of the same
// platform, nothing left of a target without a tag. What is in them is what docker buildx bake makes of the same file,
// which prints the same before and after.
func TestBake(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s = s.writeFlock()
		const list = "linux/amd64,linux/arm64,linux/arm/v7"
		s.run("init", "--platform", list).succeeds(t)
		before := s.docker("buildx", "bake", "--print").succeeds(t).Stdout
		assert.Equal(t, s.run("bake", "--print").succeeds(t).Stdout, before)

		baked := s.run("bake", "--push", "--report", "r.xml", "--metadata-file", "m.json").succeeds(t)
		for _, line := range []string{"app", "slim", "tool-blue", "tool-red"} {
			assert.Check(t, is.Contains(baked.Stderr, line+" "))
		}
		assert.Check(t, is.Contains(baked.Stderr, "hello armv7l"))
		assert.Check(t, is.Contains(baked.Stderr, "hello aarch64"))
		assert.Check(t, !strings.Contains(s.run("ls").succeeds(t).Stdout, "multiplat.invalid"))
		assert.Check(t, !strings.Contains(s.docker("images").succeeds(t).Stdout, "multiplat.invalid"))
		assert.Equal(t, len(s.junitReport(t).Suites), 4*3+1)
		var metadata map[string]struct{ Platforms []struct{ Platform string } }
		text, err := os.ReadFile(filepath.Join(s.dir, "m.json"))
		assert.NilError(t, err)
		assert.NilError(t, json.Unmarshal(text, &metadata))
		assert.Equal(t, len(metadata), 4)
		assert.Equal(t, len(metadata["app"].Platforms), 3)

		s.docker("buildx", "bake", "--builder", s.builder, "--provenance=false", "--set", "*.output=type=image,push=true",
			"--set", "app.tags="+s.repository("app")+":buildx",
			"--set", "slim.tags="+s.repository("slim")+":buildx", "--set", "tool-red.tags="+s.repository("tool")+":buildx-red",
			"--set", "tool-blue.tags="+s.repository("tool")+":buildx-blue", "app", "slim", "tool").succeeds(t)
		for _, pair := range [][3]string{
			{"app", "1", "buildx"},
			{"app", "latest", "buildx"},
			{"slim", "1", "buildx"},
			{"tool", "red", "buildx-red"},
			{"tool", "blue", "buildx-blue"},
		} {
			ours := s.manifests(t, pair[0], pair[1])
			assert.Equal(t, len(ours), 3)
			assert.DeepEqual(t, ours, s.manifests(t, pair[0], pair[2]))
		}
		assert.Equal(t, s.docker("buildx", "bake", "--print").succeeds(t).Stdout, before)
	})
}

// A target that fails keeps no other from being built, but those that take it, which are named; nothing is published
// until all have passed, and then all of it, by the file.
func TestBakeFailing(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s = s.writeFlock()
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("base/Dockerfile", "FROM busybox\nRUN echo not today && exit 3\n")
		args := []string{"--platform", "linux/amd64"}
		failed := s.run(append([]string{"bake", "--push"}, args...)...).exits(t, 4)
		for _, text := range []string{
			`target "app": building app linux/amd64: not begun, because base was not built`,
			`target "slim": building slim linux/amd64: not begun, because base was not built`, `target "base": `, "exit code: 3",
		} {
			assert.Check(t, is.Contains(failed.Stderr, text))
		}
		assert.Check(t, is.Contains(s.run("ls").succeeds(t).Stdout, "tool:red"))
		assert.Check(t, is.Len(s.registry.tags(t, s.repository("tool")), 0))
		s.run("publish", "-f", "docker-bake.hcl").exits(t, 2) // there is no draft of app

		s.write("base/Dockerfile", "FROM busybox\nRUN echo hello >/greeting\n")
		s.run(append([]string{"bake", "--test-local", "--jobs", "1"}, args...)...).succeeds(t)
		published := s.run("publish", "-f", "docker-bake.hcl").succeeds(t)
		assert.Equal(t, strings.Count(published.Stdout, "@sha256:"), 5)
		checked := s.run("bake", "--check", "app").succeeds(t)
		assert.Equal(t, checked.Stdout, "app\n\nCheck complete, no warnings found.\n")
	}, containerdStore)
}

// Definitions of a Git repository are read as buildx reads them, and what is built is what stands there.
func TestBakeRemote(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s = s.writeFlock()
		s.write("multiplat.yaml", "targets: {default: {test: [never run]}}\n") // of others: it is not read
		url := s.serveGit(t, s.dir)
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		elsewhere := *s
		elsewhere.dir = t.TempDir()
		s = &elsewhere
		theirs := s.docker("buildx", "bake", "--builder", s.builder, "--print", url).succeeds(t)
		assert.Equal(t, s.run("bake", "--print", url).succeeds(t).Stdout, theirs.Stdout)
		s.run("bake", "--push", "--platform", "linux/amd64,linux/arm64", url, "app", "tool-red").succeeds(t)
		assert.Equal(t, len(s.manifests(t, "app", "1")), 2)
		assert.Equal(t, len(s.manifests(t, "tool", "red")), 2)
	}, containerdStore)
}
