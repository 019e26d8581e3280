package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// registered is a kernel's table with one entry for s390x.
func registered(t *testing.T, interpreter string) Emulators {
	t.Helper()
	table, err := binfmt.ParseScript("== status\nenabled\n== qemu-s390x\nenabled\ninterpreter " + interpreter +
		"\nflags: POCF\noffset 0\nmagic 7f454c4602020100000000000000000000020016\n" +
		"mask ffffffffffffff00fffffffffffffffffffeffff\n== /boot\nboot-1\n")
	assert.NilError(t, err)
	return Emulators{Table: builder.Emulators{Table: table, Known: true}}
}

// A passed test is not reused under another emulator: another entry, another version of QEMU, another file behind it.
func TestEmulatorIdentity(t *testing.T) {
	p := plugintest.Linux("s390x", "")
	const entry = "qemu-s390x (/usr/bin/no-such-qemu, POCF)"
	plain := registered(t, "/usr/bin/no-such-qemu")
	assert.Equal(t, plain.Identity(p), entry)
	assert.Equal(t, plain.Identity(plugintest.Linux("riscv64", "")), unknownEmulator)
	assert.Equal(t, Emulators{Table: builder.Emulators{Table: plain.Table.Table}}.Identity(p), unknownEmulator)

	noted := plain
	added := addedEmulator{
		Name: "qemu-s390x", Interpreter: "/usr/bin/no-such-qemu", Image: "binfmt@sha256:1", QEMU: "v10.2.3", Boot: "boot-1",
	}
	noted.record.add(added)
	assert.Equal(t, noted.Identity(p), entry+", QEMU v10.2.3 of binfmt@sha256:1")
	added.Boot = "boot-0" // another kernel may have it from elsewhere
	noted.record.add(added)
	assert.Equal(t, noted.Identity(p), entry)

	file := filepath.Join(t.TempDir(), "qemu")
	assert.NilError(t, os.WriteFile(file, []byte("qemu"), 0o600))
	before := registered(t, file).Identity(p)
	assert.Assert(t, strings.Contains(before, ", 4 bytes of "), before)
	assert.NilError(t, os.WriteFile(file, []byte("newer"), 0o600))
	assert.Assert(t, registered(t, file).Identity(p) != before)
}
