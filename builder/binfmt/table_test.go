package binfmt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Entries as a kernel prints them.
const (
	arm64Entry = "enabled\ninterpreter /usr/bin/qemu-aarch64\nflags: POCF\noffset 0\n" +
		"magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n"
	s390xEntry = "enabled\ninterpreter /usr/bin/qemu-s390x\nflags: POCF\noffset 0\n" +
		"magic 7f454c4602020100000000000000000000020016\nmask ffffffffffffff00fffffffffffffffffffeffff\n"
)

func linux(architecture string) ocispec.Platform {
	return ocispec.Platform{OS: "linux", Architecture: architecture}
}

// folderOf is a binfmt_misc folder with these files.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		assert.NilError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	return folder
}

func read(t *testing.T, files map[string]string) Table {
	t.Helper()
	table, err := ReadFolder(folderOf(t, files))
	assert.NilError(t, err)
	return table
}

func TestReadFolder(t *testing.T) {
	table := read(t, map[string]string{
		"status": "enabled\n", "register": "", "qemu-aarch64": arm64Entry, "qemu-s390x": s390xEntry,
	})
	assert.Assert(t, table.Kernel && table.Mounted && !table.Off)
	assert.Equal(t, len(table.Handlers), 2)
	h, ok := table.For(linux("arm64"))
	assert.Assert(t, ok && h.Enabled && h.Fixed() && h.KeepsName())
	assert.Equal(t, h.Name+" "+h.Interpreter, "qemu-aarch64 /usr/bin/qemu-aarch64")
	h, ok = table.For(linux("s390x"))
	assert.Assert(t, ok)
	assert.Equal(t, h.Name, "qemu-s390x")
	for _, architecture := range []string{"amd64", "arm", "riscv64", "ppc64le", "sparc64"} {
		_, ok = table.For(linux(architecture))
		assert.Assert(t, !ok, architecture)
	}
}

func TestReadFolderOfAnotherKernel(t *testing.T) {
	table, err := ReadFolder(filepath.Join(t.TempDir(), "none"))
	assert.NilError(t, err)
	assert.Assert(t, !table.Kernel)
	table, err = ReadFolder(t.TempDir())
	assert.NilError(t, err)
	assert.Assert(t, table.Kernel && !table.Mounted)
	_, err = ReadFolder(folderOf(t, map[string]string{"status": "enabled\n", "x": "enabled\noffset y\n"}))
	assert.ErrorContains(t, err, `reading entry "x" of binfmt_misc: "offset y"`)
}

// What the shell prints in a container reads as what the files hold.
func TestParseScript(t *testing.T) {
	table, err := ParseScript("== qemu-aarch64\n" + arm64Entry + "== status\nenabled\n== /boot\n1-2-3\n")
	assert.NilError(t, err)
	same := read(t, map[string]string{"status": "enabled\n", "qemu-aarch64": arm64Entry})
	assert.Equal(t, table.Boot, "1-2-3")
	table.Boot, same.Boot = "", ""
	assert.Assert(t, is.Equal(len(table.Handlers), 1))
	assert.Equal(t, table.Handlers[0].Flags, same.Handlers[0].Flags)
	assert.Assert(t, table.Mounted)

	empty, err := ParseScript("== *\n== /boot\n1-2-3\n")
	assert.NilError(t, err)
	assert.Assert(t, empty.Kernel && !empty.Mounted && len(empty.Handlers) == 0)
}

func TestExplain(t *testing.T) {
	entry := func(from, to string) map[string]string {
		return map[string]string{"status": "enabled\n", "qemu-aarch64": strings.Replace(arm64Entry, from, to, 1)}
	}
	for _, tc := range []struct {
		name, text string
		want       Cause
		files      map[string]string
	}{
		{name: "not mounted", text: "is not mounted", want: Cause{Mount: true}},
		{
			name: "off", files: map[string]string{"status": "disabled\n", "qemu-aarch64": arm64Entry},
			text: "switched off", want: Cause{Off: "status"},
		},
		{
			name: "nothing registered", files: map[string]string{"status": "enabled\n", "qemu-s390x": s390xEntry},
			text: "no emulator for linux/arm64", want: Cause{Missing: true},
		},
		{
			name: "name taken", files: entry("b700", "fe00"), want: Cause{Replace: "qemu-aarch64"},
			text: "the name qemu-aarch64 is held by an entry for other programs",
		},
		{
			name: "disabled", files: entry("enabled", "disabled"),
			text: "qemu-aarch64 is disabled", want: Cause{Off: "qemu-aarch64", Replace: "qemu-aarch64"},
		},
		{
			name: "without F", files: entry("POCF", "POC"), want: Cause{Replace: "qemu-aarch64"},
			text: `flags "POC" without F: its interpreter /usr/bin/qemu-aarch64`,
		},
		{
			name: "another interpreter", files: entry("/usr/bin/qemu-aarch64", "/opt/x"), want: Cause{Replace: "qemu-aarch64"},
			text: "the interpreter /opt/x, which does not run it",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cause := read(t, tc.files).Explain(linux("arm64"))
			assert.Assert(t, is.Contains(cause.Text, tc.text))
			tc.want.Text = cause.Text
			assert.Equal(t, cause, tc.want)
		})
	}
	cause := Table{}.Explain(linux("arm64"))
	assert.Assert(t, is.Contains(cause.Text, "has no binfmt_misc"))
	assert.Assert(t, cause.NoKernel)
}

func TestWarnings(t *testing.T) {
	table := read(t, map[string]string{
		"status": "enabled\n", "qemu-aarch64": strings.Replace(arm64Entry, "POCF", "OCF", 1), "qemu-s390x": s390xEntry,
	})
	warnings := table.Warnings([]ocispec.Platform{linux("arm64"), linux("s390x"), linux("amd64"), linux("arm64")})
	assert.Equal(t, len(warnings), 1)
	assert.Assert(t, is.Contains(warnings[0].Text, `qemu-aarch64 has flags "OCF" without P`))
	assert.Equal(t, warnings[0].Replace, "qemu-aarch64")
}

func TestAdded(t *testing.T) {
	before := read(t, map[string]string{"status": "enabled\n", "qemu-aarch64": strings.Replace(arm64Entry, "POCF", "", 1)})
	after := read(t, map[string]string{"status": "enabled\n", "qemu-aarch64": arm64Entry, "qemu-s390x": s390xEntry})
	var names []string
	for _, h := range after.Added(before) {
		names = append(names, h.Name)
	}
	assert.DeepEqual(t, names, []string{"qemu-aarch64", "qemu-s390x"})
	assert.Equal(t, len(after.Added(after)), 0)
}

// Every platform that is asked for as one of all can be proven.
func TestKnownPlatformsHaveProbes(t *testing.T) {
	for _, p := range Known() {
		_, err := ProgramFor(p)
		assert.NilError(t, err)
	}
}

func TestVersionIn(t *testing.T) {
	assert.Equal(t, versionIn("binfmt/9a44d27 qemu/v6.0.0 go/1.15.11"), "v6.0.0")
	assert.Equal(t, versionIn("something else"), "")
}
