package audit

import (
	"debug/elf"
	"slices"
	"testing"

	"gotest.tools/v3/assert"
)

// stated is a program whose header says another class and byte order than it has.
func stated(t *testing.T, spec elfSpec, class elf.Class, data elf.Data) []byte {
	t.Helper()
	body := slices.Clone(spec.bytes(t))
	body[elf.EI_CLASS], body[elf.EI_DATA] = byte(class), byte(data)
	return body
}

// smallest is a program of 45 bytes that Linux runs on x86: its header is cut (Raiter, A Whirlwind Tutorial on Creating
// Really Teensy ELF Executables for Linux).
func smallest() []byte {
	return []byte(
		"\x7fELF\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x02\x00\x03\x00\x20\x00\x01\x00\x20\x00\x01\x00" +
			"\x04\x00\x00\x00\xb3\x2a\x31\xc0\x40\xcd\x80\x00\x34\x00\x20\x00\x01",
	)
}

// Linux looks at neither class nor byte order of a program, and fills up a header that is cut: each of these runs on
// x86, and does not elsewhere.
func TestProgramsThatMisstateThemselves(t *testing.T) {
	for name, body := range map[string][]byte{
		"no byte order":       stated(t, x86(), elf.ELFCLASS64, elf.ELFDATANONE),
		"unknown byte order":  stated(t, x86(), elf.ELFCLASS64, 9),
		"the other order":     stated(t, x86(), elf.ELFCLASS64, elf.ELFDATA2MSB),
		"no class":            stated(t, x86(), elf.ELFCLASSNONE, elf.ELFDATA2LSB),
		"unknown class":       stated(t, x86(), 9, elf.ELFDATA2LSB),
		"neither":             stated(t, x86(), elf.ELFCLASSNONE, elf.ELFDATANONE),
		"header that is cut":  smallest(),
		"as it should be":     x86().bytes(t),
		"s390x without order": stated(t, s390x(), elf.ELFCLASS64, elf.ELFDATANONE),
	} {
		t.Run(name, func(t *testing.T) {
			own := parsePlatform(t, "linux/amd64")
			if name == "s390x without order" {
				own = parsePlatform(t, "linux/s390x")
			}
			found := read(t, body)
			assert.Equal(t, found.kind, elfFile)
			for platform, want := range map[string]fit{"linux/arm64": foreign, own.OS + "/" + own.Architecture: native} {
				target, ok := targetOf(parsePlatform(t, platform))
				assert.Assert(t, ok)
				assert.Equal(t, target.judge(found.elf), want, "%+v in %s", *found.elf, platform)
			}
			assert.Assert(t, found.elf.program())
		})
	}
}

// What only begins like a program is none.
func TestCutProgramIsPlain(t *testing.T) {
	for _, length := range []int{4, identSize - 1, identSize, 44, 56} {
		assert.Equal(t, read(t, x86().bytes(t)[:length]).kind, plainFile, "%d bytes", length)
	}
}
