//go:build e2e

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// With --persist emulation is back after the engine has restarted, although the kernel has forgotten it, with no
// help; deinit takes that away.
func TestPersist(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.restoreEmulators(t)
		private := newEngine(t, s)
		own := s.with("DOCKER_HOST=" + private.host())
		platforms := []string{"--platform", "linux/amd64," + sparePlatform}

		forget(t)
		r := own.run(append([]string{"init", "--persist"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "container multiplat-emulators registers emulators for riscv64"))
		report := own.run("status", "--format", "json").succeeds(t).machine(t)
		assert.Check(t, is.Equal(report.Platforms[1].AfterRestart, "yes"))
		again := own.run(append([]string{"init", "--persist"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(again.Stderr, "nothing had to be changed"))

		private.stop(t)
		forget(t)
		private.boot(t)
		eventually(t, "emulation is back by itself", func() error {
			r := own.execute(own.command("docker", append([]string{"multiplat", "status", "--quiet"}, platforms...)...))
			if r.Code != 0 {
				return errors.New(r.Stderr)
			}
			return nil
		})
		restarts := own.docker("inspect", "--format", "{{.RestartCount}} {{.State.Running}}", "multiplat-emulators").
			succeeds(t)
		assert.Check(t, is.Equal(restarts.Stdout, "0 true\n"))

		plan := own.run("deinit", "--dry-run").succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "remove container multiplat-emulators"))
		own.pretendReboot(t)
		own.run("deinit", "--emulators", "-f").succeeds(t)
		_, err := os.Stat(filepath.Join(binfmtFolder, spare))
		assert.Check(t, is.ErrorIs(err, os.ErrNotExist))
		left := own.docker("ps", "--all", "--quiet").succeeds(t)
		assert.Check(t, is.Equal(strings.TrimSpace(left.Stdout), ""))
		volumes := own.docker("volume", "ls", "--quiet").succeeds(t)
		assert.Check(t, is.Equal(strings.TrimSpace(volumes.Stdout), ""))
	}, containerdStore)
}

// pretendReboot makes the record of what init has added that of an earlier run of the kernel.
func (s *scenario) pretendReboot(t *testing.T) {
	t.Helper()
	file := filepath.Join(s.config, "multiplat", "machines", "default.json")
	text, err := os.ReadFile(file)
	assert.NilError(t, err)
	boot := regexp.MustCompile(`"boot":"[^"]+"`)
	assert.Assert(t, boot.Match(text), "%s", text)
	assert.NilError(t, os.WriteFile(file, boot.ReplaceAll(text, []byte(`"boot":"another"`)), 0o600))
}
