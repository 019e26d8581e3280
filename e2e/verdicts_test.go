//go:build e2e

package e2e

import (
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What says nothing about an image is told from what does, in the exit code and in words; no container is left.
func TestVerdictsInWords(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)
		before := 0
		for _, tc := range []struct {
			name string
			args []string
			code int
			says []string
		}{
			{
				"hang",
				[]string{"--test", "sleep 60", "--test-timeout", "1s", "--test-emulated-factor", "2"},
				6,
				[]string{"linux/amd64: sleep 60: not done after 1s", "linux/arm64: sleep 60: not done after 2s"},
			},
			{
				"crash by signal on the machine itself",
				[]string{"--platform", "linux/amd64", "--test", `sh -c '(sh -c "kill -SEGV \$\$"); exit $?'`},
				5,
				[]string{"exit code 139 (signal 11: segmentation fault), not 0"},
			},
			{
				"crash by signal under emulation",
				[]string{"--platform", "linux/arm64", "--test", `sh -c '(sh -c "kill -SEGV \$\$"); exit $?'`},
				6,
				[]string{"the emulator crashed twice"},
			},
			{
				"crash of the first process under emulation", // which the signal does not end
				[]string{
					"--platform", "linux/arm64", "--test-timeout", "1s", "--test-emulated-factor", "2",
					"--test", "sh -c 'kill -SEGV $$'",
				},
				6,
				[]string{"the emulator crashed (qemu: uncaught target signal 11", "and did not end within 2s"},
			},
			{
				"out of memory",
				[]string{"--platform", "linux/amd64", "--test-memory", "16m", "--test", "tail /dev/zero"},
				6,
				[]string{"linux/amd64: tail /dev/zero: out of memory"},
			},
			{"not there", []string{"--platform", "linux/arm64", "--test", "nothing"}, 5, []string{"nothing"}},
			{
				"locked in",
				[]string{"--test-sandbox", "strict", "--test", "sh -c '! touch /x && touch /tmp/x'"},
				0,
				[]string{"passed"},
			},
			{
				"variables",
				[]string{"--test-env", "A=a b", "--test-env", "HOME", "--test", "sh -c 'test \"$A\" = \"a b\" && test -n \"$HOME\"'"},
				0,
				[]string{"passed"},
			},
		} {
			t.Run(tc.name, func(t *testing.T) {
				s.anew(t, name, before)
				before = tc.code
				r := s.run(append(append([]string{"test"}, tc.args...), name)...).exits(t, tc.code)
				for _, text := range tc.says {
					assert.Assert(t, is.Contains(r.Stderr, text))
				}
			})
		}
		s.nothingLeft(t)
	})
}

// anew builds an image once more that has failed the test before: a failed verdict belongs to the tests it was of.
func (s *scenario) anew(t *testing.T, name string, code int) {
	t.Helper()
	if code == 5 {
		s.run("rm", name).succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)
	}
}

// What an image has failed is failed by the same bytes, whatever they are built as: under another name, with another
// manifest, without tests, and after something else was built in between. Exceptions of the audit that are recorded
// nowhere lift nothing either.
func TestRedFollowsTheBytes(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		one, other := s.repository("app")+":1", s.repository("app")+":2"
		s.write("Dockerfile", "FROM busybox\nCOPY a /a\n")
		s.write("a", "one")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		build := []string{"build", "--platform", "linux/amd64"}
		s.run(append(build, "--test", "false", "-t", one, ".")...).exits(t, 5)
		shut := func(name string) {
			t.Helper()
			refused := s.run("publish", "--allow-untested", "--reason", "late", name).exits(t, 5)
			assert.Assert(t, is.Contains(refused.Stderr, "linux/amd64 failed: "))
		}
		s.run(append(build, "--test", "true", "-t", other, ".")...).exits(t, 5)
		shut(other)
		s.run(append(build, "--annotation", "manifest:a=b", "--test", "true", "-t", other, ".")...).exits(t, 5)
		shut(other)
		s.run(append(build, "-t", other, ".")...).succeeds(t)
		shut(other)

		s.write("a", "two")
		s.run(append(build, "--test", "true", "-t", one, ".")...).succeeds(t)
		s.run("publish", one).succeeds(t)
		s.write("a", "one")
		s.run(append(build, "--test", "true", "-t", one, ".")...).exits(t, 5)
		shut(one)
		s.run("rm", one, other).succeeds(t)
		s.run(append(build, "--test", "true", "-t", other, ".")...).succeeds(t)
		s.run("publish", other).succeeds(t)
	})
}

// nothingLeft checks that no container of a test is there.
func (s *scenario) nothingLeft(t *testing.T) {
	t.Helper()
	left := s.docker("ps", "--all", "--quiet", "--filter", "label=com.docker-multiplat.run").succeeds(t)
	assert.Equal(t, left.Stdout, "")
}

// A platform whose programs this machine cannot run is not the image's fault: not run, and the words say what to do.
func TestMissingEmulator(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		const lacking = "linux/mips64le" // the lab registers no handler for it
		name := s.repository("app") + ":1"
		s.write("main.go", "package main\n\nfunc main() {}\n")
		build := s.with("GOOS=linux", "GOARCH=mips64le", "CGO_ENABLED=0", "GOFLAGS=-mod=mod",
			"GOCACHE="+filepath.Join(s.dir, "cache")).command("go", "build", "-o", "app", "main.go")
		s.finish(build).succeeds(t)
		s.write(".dockerignore", "cache\n")
		s.write("Dockerfile", "FROM scratch\nCOPY app /app\nCMD [\"/app\"]\n")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		r := s.run("build", "--test-local", "--report", "r.xml", "--platform", lacking, "-t", name, ".").exits(t, 6)
		assert.Assert(t, is.Contains(r.Stderr, "this engine runs no programs of "+lacking))
		assert.Assert(t, is.Contains(r.Stderr, "docker multiplat init"))
		assert.Equal(t, s.junitReport(t).Errors, 1)
		refused := s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, lacking+" was not run"))
		s.nothingLeft(t)
	}, containerdStore)
}

// Ctrl-C in the middle of a test leaves no container and the verdicts as they were.
func TestInterruptedTest(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\nHEALTHCHECK CMD false\nCMD [\"sleep\", \"300\"]\n")
		s.write(
			"t.yaml",
			"schemaVersion: 2.0.0\ncommandTests: [{name: slow, setup: [[touch, /a]], command: sleep, args: ['300']}]\n",
		)
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("build", "--test", "true", "-t", name, ".").succeeds(t)
		for _, more := range [][]string{
			{"--test-exec", "false"},
			{"--test-script", "sleep 300"},
			{"--test-config", "t.yaml"},
		} {
			s.interrupt(t, " testing ", append(append([]string{"test", "--progress", "plain"}, more...), name)...)
			s.nothingLeft(t)
		}
		s.run("publish", name).succeeds(t)

		other := s.repository("other") + ":1"
		s.run("build", "-t", other, ".").succeeds(t)
		s.interrupt(t, " testing ", "test", "--progress", "plain", other)
		s.nothingLeft(t)
	}, containerdStore)
}
