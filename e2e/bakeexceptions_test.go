//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// exceptions is a definition of two targets whose images hold a program of another platform, and differ in the user.
const exceptions = `
group "default" { targets = ["app", "tool"] }
target "app" {
  platforms = ["linux/amd64", "linux/arm64"]
  tags = ["REPO/app:1"]
  labels = { name = "app" } # or both would be the same bytes, and fail together
}
target "tool" {
  inherits = ["app"]
  tags = ["REPO/tool:1"]
  labels = { name = "tool" }
}
`

// What the audit finds, and where platforms differ, is let pass where the test file says so: for the targets of which
// it says it, on the platforms of which it says it, in a bake and in a build that finds it in its context; and it holds
// for a test of the draft later.
func TestBakeExceptions(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("docker-bake.hcl", strings.ReplaceAll(exceptions, "REPO/", s.repository("")))
		s.goPrograms(t, "linux/s390x")
		s.write("Dockerfile", "FROM busybox AS amd64\nUSER 1000\nFROM busybox AS arm64\nFROM ${TARGETARCH}\n"+
			"COPY bin/linux/s390x/app /opt/firmware/app\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		found := s.run("bake").exits(t, 5)
		assert.Check(t, is.Contains(found.Stderr, "/opt/firmware/app: 64-bit S/390 executable"))
		assert.Check(t, is.Contains(found.Stderr, `target "app"`))
		assert.Check(t, is.Contains(found.Stderr, `target "tool"`))

		s.write("multiplat.yaml", "targets:\n  app: {allow-foreign: [/opt/firmware/**], test: [\"true\"]}\n")
		half := s.run("bake").exits(t, 5)
		assert.Check(t, is.Contains(half.Stderr, `target "tool"`))
		assert.Check(t, !strings.Contains(half.Stderr, `target "app"`), half.Stderr)

		s.write(
			"multiplat.yaml",
			"targets:\n  app: {allow-foreign: [/opt/firmware/**], require-parity: true, test: [\"true\"]}\n"+
				"  default:\n    test: [\"true\"]\n    platforms: {linux/amd64: {allow-foreign: [/opt/**]}, linux/arm64: {allow-foreign: [/opt/**]}}\n",
		)
		unlike := s.run("bake").exits(t, 5)
		assert.Check(t, is.Contains(unlike.Stderr, `target "app"`))
		assert.Check(t, is.Contains(unlike.Stderr, "user"))
		assert.Check(t, !strings.Contains(unlike.Stderr, `target "tool"`), unlike.Stderr)

		s.write("multiplat.yaml", "targets:\n  default: {allow-foreign: [/opt/firmware/**], require-parity: true, "+
			"allow-difference: [user], test: [\"true\"]}\n")
		s.run("bake").succeeds(t)
		for _, name := range []string{"app", "tool"} {
			s.run("test", "--no-test-cache", s.repository(name)+":1").succeeds(t)
		}
		s.run("publish", "-f", "docker-bake.hcl").succeeds(t)
		assert.Equal(t, len(s.manifests(t, "tool", "1")), 2)

		built := s.repository("built") + ":1"
		s.run("build", "-t", built, "--test-file", "none", ".").exits(t, 5)
		s.run("build", "-t", built, ".").succeeds(t) // it finds the file in the context
		s.run("test", "--no-test-cache", built).succeeds(t)
		s.run("test", "--no-test-cache", "--test-file", "multiplat.yaml", built).succeeds(t)
	}, containerdStore)
}
