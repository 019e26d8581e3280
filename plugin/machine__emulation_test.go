package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// registered is a kernel's table with one entry for s390x.
func registered(t *testing.T, interpreter string) emulation {
	t.Helper()
	table, err := binfmt.ParseScript("== status\nenabled\n== qemu-s390x\nenabled\ninterpreter " + interpreter +
		"\nflags: POCF\noffset 0\nmagic 7f454c4602020100000000000000000000020016\n" +
		"mask ffffffffffffff00fffffffffffffffffffeffff\n== /boot\nboot-1\n")
	assert.NilError(t, err)
	return emulation{table: builder.Emulators{Table: table, Known: true}}
}

// A passed test is not reused under another emulator: another entry, another version of QEMU, another file behind it.
func TestEmulatorIdentity(t *testing.T) {
	p := linux("s390x", "")
	const entry = "qemu-s390x (/usr/bin/no-such-qemu, POCF)"
	plain := registered(t, "/usr/bin/no-such-qemu")
	assert.Equal(t, plain.identity(p), entry)
	assert.Equal(t, plain.identity(linux("riscv64", "")), unknownEmulator)
	assert.Equal(t, emulation{table: builder.Emulators{Table: plain.table.Table}}.identity(p), unknownEmulator)

	noted := plain
	added := addedEmulator{
		Name: "qemu-s390x", Interpreter: "/usr/bin/no-such-qemu", Image: "binfmt@sha256:1", QEMU: "v10.2.3", Boot: "boot-1",
	}
	noted.record.add(added)
	assert.Equal(t, noted.identity(p), entry+", QEMU v10.2.3 of binfmt@sha256:1")
	added.Boot = "boot-0" // another kernel may have it from elsewhere
	noted.record.add(added)
	assert.Equal(t, noted.identity(p), entry)

	file := filepath.Join(t.TempDir(), "qemu")
	assert.NilError(t, os.WriteFile(file, []byte("qemu"), 0o600))
	before := registered(t, file).identity(p)
	assert.Assert(t, strings.Contains(before, ", 4 bytes of "), before)
	assert.NilError(t, os.WriteFile(file, []byte("newer"), 0o600))
	assert.Assert(t, registered(t, file).identity(p) != before)
}
