package binfmt

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// FuzzParseScript holds that whatever a container says of the kernel's table is read, or refused, as one: each entry
// once, what takes a program is enabled where another one is, and a mask longer than its magic reads no further.
func FuzzParseScript(f *testing.F) {
	const entry = "enabled\ninterpreter /usr/bin/qemu-aarch64\nflags: POCF\noffset 0\nmagic 7f454c4602010100000000000000000002" +
		"00b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n"
	f.Add("== status\nenabled\n== qemu-aarch64\n" + entry + "== /boot\nabc\n")
	f.Add("== *\n== /boot\n")
	f.Add("== a\noffset -1\nmagic 7f\n== a\nmagic 7\n")
	f.Add("== a\nmagic 7f45\nmask ffffffffffffffffffffffffffff\noffset 9223372036854775807\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, output string) {
		table, err := ParseScript(output)
		if err != nil {
			return
		}
		assert.Assert(t, len(table.Handlers) <= strings.Count(output, "== "))
		assert.Equal(t, len(Table{}.Added(table)), 0)
		assert.Equal(t, len(table.Added(table)), 0, "%+v", table)
		for _, architecture := range []string{"amd64", "arm64", "arm", "s390x", "386", "vax"} {
			p := ocispec.Platform{OS: "linux", Architecture: architecture}
			found, ok := table.For(p)
			for _, h := range table.Handlers {
				assert.Assert(t, !h.Takes(p) || ok && (found.Enabled || !h.Enabled), "%+v", table)
			}
			assert.Assert(t, !ok || architecture != "vax")
		}
	})
}
