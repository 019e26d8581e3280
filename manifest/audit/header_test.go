package audit

import (
	"bytes"
	"debug/elf"
	"io"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func read(t *testing.T, body []byte) header {
	t.Helper()
	h, _, err := readHeader(bytes.NewReader(body), int64(len(body)), nil)
	assert.NilError(t, err)
	return h
}

func TestReadHeaderKinds(t *testing.T) {
	windows := append([]byte("MZ"), make([]byte, 0x3a)...)
	windows = append(windows, 0x40, 0, 0, 0, 'P', 'E', 0, 0)
	for name, tc := range map[string]struct {
		body string
		want header
	}{
		"empty":            {"", header{kind: plainFile}},
		"short":            {"#!", header{kind: plainFile}},
		"text":             {"echo hello\n", header{kind: plainFile}},
		"script":           {"#!/bin/sh -e\necho\n", header{kind: scriptFile, shebang: "/bin/sh -e"}},
		"script, spaces":   {"#! \t/usr/bin/env python3 \n", header{kind: scriptFile, shebang: "/usr/bin/env python3"}},
		"script, Windows":  {"#!/bin/sh\r\necho\r\n", header{kind: scriptFile, shebang: "/bin/sh\r"}},
		"script, one line": {"#!/bin/sh", header{kind: scriptFile, shebang: "/bin/sh"}},
		"script, no text":  {"#!/bin/\xff\n", header{kind: scriptFile, shebang: `/bin/\xff`}},
		"script, long":     {"#!/" + strings.Repeat("x", 400), header{kind: scriptFile, shebang: "/" + strings.Repeat("x", 253)}},
		"Windows":          {string(windows), header{kind: windowsFile}},
		"MZ and no more":   {"MZ is a postal code", header{kind: plainFile}},
		"macOS":            {"\xcf\xfa\xed\xfe and more", header{kind: macFile}},
		"Java class":       {"\xca\xfe\xba\xbe\x00\x00\x00\x34", header{kind: plainFile}},
		"ELF, cut":         {"\x7fELF\x02\x01\x01", header{kind: plainFile}},
		"ELF, no class":    {"\x7fELF\x09\x01\x01" + strings.Repeat("\x00", 80), header{kind: plainFile}},
		"ELF, no order":    {"\x7fELF\x02\x09\x01" + strings.Repeat("\x00", 80), header{kind: plainFile}},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, []byte(tc.body))
			assert.Equal(t, got, tc.want)
		})
	}
}

// What the headers say is read for every class and byte order, wherever in the file it is.
func TestReadELF(t *testing.T) {
	big := s390x().dynamic("/lib/ld64.so.1", "libc.so.6", "libm.so.6")
	big.runPath = "$ORIGIN/../lib"
	far := x86().dynamic("/lib64/ld-linux-x86-64.so.2", "libc.so.6")
	far.between = keepFront + 100
	patched := far
	patched.patched = true
	farARM := arm(10).dynamic("/lib/ld-linux-armhf.so.3", "libc.so.6")
	farARM.between = 2 * keepFront
	for name, spec := range map[string]elfSpec{
		"64-bit, little": x86().dynamic("/lib64/ld-linux-x86-64.so.2", "libc.so.6"),
		"64-bit, big":    big,
		"32-bit":         arm(10).dynamic("/lib/ld-linux-armhf.so.3", "libc.so.6"),
		"static":         arm64(),
		"library":        x86().library("libz.so.1"),
		"object":         s390x().object(),
		"far":            far,
		"far, 32-bit":    farARM,
		"far, patchelf":  patched,
	} {
		t.Run(name, func(t *testing.T) {
			want := elfFacts{
				Class: spec.class, Data: spec.data, Type: spec.kind, Machine: spec.machine, Flags: spec.flags,
				ARM: spec.armArch + 1, Interp: spec.interp, Needed: spec.needed, RunPath: spec.runPath,
			}
			got := read(t, spec.bytes(t))
			assert.Equal(t, got.kind, elfFile)
			assert.DeepEqual(t, *got.elf, want)
		})
	}
}

// A file that ends, or lies, behind its header is still of its machine.
func TestReadELFCut(t *testing.T) {
	whole := x86().dynamic("/lib64/ld-linux-x86-64.so.2", "libc.so.6").bytes(t)
	for n := 64; n < len(whole); n++ {
		got := read(t, whole[:n])
		assert.Equal(t, got.kind, elfFile)
		assert.Equal(t, got.elf.Machine, elf.EM_X86_64)
	}
	lying := bytes.Clone(whole)
	for i := 64; i < len(lying); i++ {
		lying[i] = 0xff
	}
	assert.Equal(t, read(t, lying).elf.Machine, elf.EM_X86_64)
}

// An archive that ends in the middle of a file is an error, not a file of another kind.
func TestReadHeaderOfCutStream(t *testing.T) {
	body := x86().dynamic("/lib64/ld-linux-x86-64.so.2", "libc.so.6").bytes(t)
	for _, n := range []int{2, 30, 100, 300} {
		_, _, err := readHeader(bytes.NewReader(body[:n]), int64(len(body)), nil)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
}

func TestARMVersion(t *testing.T) {
	hard := arm(-1)
	hard.flags = eabi5 | hardFloat
	soft := arm(-1)
	soft.flags = eabi5 | 0x200
	for _, tc := range []struct {
		spec elfSpec
		want int
	}{
		{arm(2), 4},
		{arm(4), 5},
		{arm(6), 6},
		{arm(9), 6},
		{arm(10), 7},
		{arm(14), 8},
		{arm(63), 0},
		{arm(-1), 0},
		{hard, 6},
		{soft, 0},
		{arm64(), 0},
	} {
		assert.Equal(t, read(t, tc.spec.bytes(t)).elf.armVersion(), tc.want, "%+v", tc.spec)
	}
}

// Whatever the bytes: no panic, no error but of reading, and no more memory than is promised.
func FuzzReadHeader(f *testing.F) {
	f.Add([]byte("#!/bin/sh\n"), int64(10))
	f.Add([]byte("MZ"), int64(100))
	for _, magic := range []string{"\x00asm\x01\x00\x00\x00", "\xcf\xfa\xed\xfe\x0c\x00\x00\x01", "\xca\xfe\xba\xbe\x00\x00", "!<arch>\n"} {
		f.Add([]byte(magic), int64(100))
	}
	windows := append([]byte("MZ"), make([]byte, 62)...)
	windows[0x3c] = byte(len(windows))
	f.Add(append(windows, "PE\x00\x00\x64\x86"...), int64(70))
	for _, spec := range []elfSpec{
		x86().dynamic("/lib64/ld-linux-x86-64.so.2", "libc.so.6"), s390x().library("libm.so.6"), arm(10), arm64().object(),
	} {
		body := spec.bytes(f)
		f.Add(body, int64(len(body)))
	}
	f.Fuzz(func(t *testing.T, body []byte, size int64) {
		size = min(size, int64(len(body))+64)
		h, buffer, err := readHeader(bytes.NewReader(body), size, nil)
		if err != nil {
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.Check(t, size > int64(len(body)))
			return
		}
		assert.Check(t, len(buffer) <= keepFront)
		assert.Check(t, (h.kind == elfFile) == (h.elf != nil))
		if h.elf != nil {
			assert.Check(t, len(h.elf.Needed) <= maxNeeded && len(h.elf.Interp) <= 4*maxString)
			_ = h.elf.machineName()
		}
	})
}
