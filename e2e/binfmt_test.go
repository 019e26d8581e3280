//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

const binfmtFolder = "/proc/sys/fs/binfmt_misc"

// spare is an emulator that no other scenario needs, so that tests may take it away for a moment.
const spare, sparePlatform = "qemu-riscv64", "linux/riscv64"

// Magic and mask of the spare emulator's programs, as the kernel takes them.
const (
	spareMagic = `\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xf3\x00`
	spareMask  = `\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`
)

// emulatorImage is the image that init installs emulators with.
const emulatorImage = "tonistiigi/binfmt:qemu-v10.2.3-68"

// restoreEmulators puts every emulator of the lab back at the end of the test, whatever the test did to them: they
// are the kernel's, and so everybody's.
func (s *scenario) restoreEmulators(t *testing.T) {
	t.Helper()
	s.docker("pull", "--quiet", emulatorImage).succeeds(t)
	t.Cleanup(func() {
		mountBinfmt(t)
		forget(t)
		other := *s // the test's own context is done
		other.t = t
		command := other.commandContext(
			contextOfCleanup(t),
			"docker",
			"run",
			"--rm",
			"--privileged",
			emulatorImage,
			"--install",
			"all",
		)
		assert.NilError(t, command.Run())
		for _, name := range []string{"aarch64", "arm", "ppc64le", "riscv64", "s390x"} {
			text, err := os.ReadFile(filepath.Join(binfmtFolder, "qemu-"+name))
			assert.NilError(t, err)
			assert.Check(t, is.Contains(string(text), "flags: POCF"))
		}
	})
}

func mountBinfmt(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(binfmtFolder, "status")); err == nil {
		return
	}
	assert.NilError(t, runHost(t, "mount", "-t", "binfmt_misc", "binfmt_misc", binfmtFolder))
}

// forget takes the spare emulator out of the kernel's table if it is there.
func forget(t *testing.T) {
	t.Helper()
	file := filepath.Join(binfmtFolder, spare)
	if _, err := os.Stat(file); err == nil {
		assert.NilError(t, os.WriteFile(file, []byte("-1"), 0o600))
	}
}

// forgetAll takes every emulator out of the kernel's table.
func forgetAll(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(binfmtFolder, "qemu-*"))
	assert.NilError(t, err)
	for _, file := range files {
		assert.NilError(t, os.WriteFile(file, []byte("-1"), 0o600))
	}
}

// register makes an entry under the spare emulator's name.
func register(t *testing.T, magic, interpreter, flags string) {
	t.Helper()
	line := ":" + spare + ":M::" + magic + ":" + spareMask + ":" + interpreter + ":" + flags
	assert.NilError(t, os.WriteFile(filepath.Join(binfmtFolder, "register"), []byte(line), 0o600))
}

// lendEmulator copies the spare emulator out of its image, to be registered by hand.
func lendEmulator(t *testing.T, s *scenario) string {
	t.Helper()
	created := s.docker("create", emulatorImage).succeeds(t)
	id := strings.TrimSpace(created.Stdout)
	s.docker("cp", id+":/usr/bin/"+spare, s.dir).succeeds(t)
	s.docker("rm", id).succeeds(t)
	return filepath.Join(s.dir, spare)
}
