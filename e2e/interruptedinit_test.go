//go:build e2e

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// An init that is interrupted once its builder is there says that it stays, and how to go on; the next one does, and
// deinit takes all of it away.
func TestInterruptedInitNamesWhatStays(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		command := s.command("docker", "multiplat", "init", "--builder", s.builder, "--platform", "linux/amd64,linux/arm64")
		command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		log, err := os.Create(filepath.Join(s.dir, "init.log"))
		assert.NilError(t, err)
		command.Stdout, command.Stderr = log, log
		assert.NilError(t, command.Start())
		eventually(t, "the builder has a container", func() error {
			named := "name=buildx_buildkit_" + s.builder
			if s.execute(s.command("docker", "ps", "--all", "--quiet", "--filter", named)).Stdout == "" {
				return errors.New("no container")
			}
			return nil
		})
		assert.NilError(t, syscall.Kill(-command.Process.Pid, syscall.SIGINT))
		_ = command.Wait() // its exit code tells
		text, err := os.ReadFile(log.Name())
		assert.NilError(t, err)
		assert.Equal(t, command.ProcessState.ExitCode(), 130, "%s", text)
		assert.Assert(t, is.Contains(string(text), "builder "+s.builder+" was made and stays"))
		assert.Assert(t, is.Contains(string(text), "next: docker multiplat init --builder "+s.builder))
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("deinit", "--force").succeeds(t)
		_, err = os.Stat(filepath.Join(s.config, "buildx", "instances", s.builder))
		assert.Assert(t, errors.Is(err, os.ErrNotExist))
	}, containerdStore)
}

// What an init has begun that was interrupted before the builder's container got its settings is begun anew.
func TestInitAfterAnUnfinishedContainer(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		name := "buildx_buildkit_" + s.builder + "0"
		const told = `{{.Config.Image}}|{{.HostConfig.NetworkMode}}|{{join .Config.Cmd "|"}}`
		made := strings.TrimSpace(s.docker("inspect", "--format", told, name).succeeds(t).Stdout)
		fields := strings.Split(made, "|")
		s.docker("rm", "--force", name).succeeds(t)
		again := append([]string{"create", "--privileged", "--network", fields[1], "--name", name, fields[0]}, fields[2:]...)
		s.docker(again...).succeeds(t)
		s.run("init", "--platform", "linux/amd64").succeeds(t)
	}, containerdStore)
}
