//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A program that answers on standard input is tested on three platforms, each as the repository's test file says: one
// is skipped with a reason, and a program of another platform is let through that is there on purpose. The draft
// remembers all of it, and one that never answers does not pass.
func TestRepositoryStatesItsTests(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		const list = "linux/amd64,linux/arm64,linux/s390x"
		name := s.repository("mcp") + ":1"
		s.run("init", "--platform", list).succeeds(t)
		s.goPrograms(t, "linux/arm/v7")
		s.write(
			"server.sh",
			"#!/bin/sh\nwhile read -r line; do echo \"{\\\"id\\\":1,\\\"result\\\":\\\"$(uname -m)\\\"}\"; done\n",
		)
		s.write("Dockerfile", "FROM busybox\nCOPY bin/linux/arm/v7/app /opt/firmware/app\nCOPY server.sh /\n"+
			"CMD [\"sh\", \"/server.sh\"]\n")
		s.write("ping.jsonl", `{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n")
		s.write("multiplat.yaml", `targets:
  default:
    stdin:
      - {name: ping, file: ping.jsonl, expect: '"id":1,"result":"x86_64"'}
    allow-foreign: [/opt/firmware/**]
    platforms:
      linux/arm64:
        timeout: 20s
        stdin:
          - {name: ping, file: ping.jsonl, expect: '"result":"aarch64"'}
        emulated:
          test: [uname -m]
      linux/s390x: {skip: its emulator hangs}
`)
		plan := s.run("build", "--dry-run", "--platform", list, "-t", name, ".").succeeds(t)
		assert.Assert(t, is.Contains(plan.Stdout, "run nothing (its emulator hangs)"))
		built := s.run("build", "--report", "r.xml", "-t", name, ".").succeeds(t)
		assert.Assert(t, is.Contains(built.Stderr, "tests and exceptions as multiplat.yaml has them"))
		report := s.junitReport(t)
		var cases []string
		for _, suite := range report.Suites {
			for _, c := range suite.Cases {
				cases = append(cases, suite.Name+" "+c.Name)
			}
		}
		assert.DeepEqual(t, cases, []string{
			"linux/amd64 stdin ping", "linux/arm64 uname -m", "linux/arm64 stdin ping", "linux/s390x tests",
		})

		again := s.run("test", "--no-test-cache", name).succeeds(t)
		assert.Assert(t, is.Contains(again.Stderr, "repeating the tests of before: which differ by platform"))
		assert.Equal(t, strings.Count(again.Stderr, "testing uname -m"), 1)
		s.run("publish", name).exits(t, 5)
		s.run("publish", "--allow-untested=linux/s390x", "--reason", "its emulator hangs", name).succeeds(t)

		s.write("server.sh", "#!/bin/sh\ncat > /dev/null\n")
		mute := s.run("build", "--platform", "linux/amd64", "-t", name, "--test-timeout", "20s", ".").exits(t, 5)
		assert.Assert(t, is.Contains(mute.Stderr, "it ends with exit code 0, and no answer matches"))
		s.run("publish", name).exits(t, 5)
	}, containerdStore)
}
