package audit

import (
	"testing"

	"gotest.tools/v3/assert"
)

// filesCase is the files of an arm64 image, and the findings they make.
type filesCase struct {
	items  []item
	errors []string
	notes  []string
}

func (tc filesCase) check(t *testing.T) {
	t.Helper()
	report := auditOf(t, image{platform: "linux/arm64", layers: [][]byte{layerOf(t, tc.items...)}})
	assert.DeepEqual(t, lines(report.Errors()), append([]string{}, tc.errors...))
	assert.DeepEqual(t, lines(report.Notes()), append([]string{}, tc.notes...))
}

// What is wrong with an arm64 image file by file, and what is only remarkable.
func TestRulesOnFiles(t *testing.T) {
	foreign, own := x86().bytes(t), arm64().bytes(t)
	windows := append([]byte("MZ"), make([]byte, 0x3a)...)
	windows = append(windows, 0x40, 0, 0, 0, 'P', 'E', 0, 0)
	cuda := x86()
	cuda.machine = 190
	for name, tc := range map[string]filesCase{
		"own program": {items: []item{exe("bin/app", own)}},
		"foreign program": {
			items:  []item{exe("bin/app", foreign)},
			errors: []string{"/bin/app: x86-64 executable; it is executable, and not for linux/arm64, COPY layer-0 /"},
		},
		"foreign, without x bit": {
			items: []item{data("share/app", foreign)},
			notes: []string{"/share/app: x86-64 file, COPY layer-0 /"},
		},
		"foreign shared objects": {
			items: []item{
				data("a/libx.so", foreign), data("a/libx.so.1", foreign), data("a/libx.so.1.2.3", foreign),
				data("a/x.node", foreign), data("a/x.so_", foreign), data("a/x.so.txt", foreign), data("a/libxso", foreign),
			},
			errors: []string{
				"/a/libx.so: x86-64 shared object; not for linux/arm64, COPY layer-0 /",
				"/a/libx.so.1: x86-64 shared object; not for linux/arm64, COPY layer-0 /",
				"/a/libx.so.1.2.3: x86-64 shared object; not for linux/arm64, COPY layer-0 /",
				"/a/x.node: x86-64 shared object; not for linux/arm64, COPY layer-0 /",
			},
			notes: []string{
				"/a/libxso: x86-64 file, COPY layer-0 /", "/a/x.so.txt: x86-64 file, COPY layer-0 /",
				"/a/x.so_: x86-64 file, COPY layer-0 /",
			},
		},
		"foreign object file with x bit": {
			items: []item{exe("lib/module.ko", x86().object().bytes(t))},
			notes: []string{"/lib/module.ko: x86-64 object file, COPY layer-0 /"},
		},
		"Windows and macOS programs": {
			items: []item{exe("pip/t64.exe", windows), exe("x/fsevents.node", []byte("\xcf\xfa\xed\xfe and more"))},
			notes: []string{
				"/pip/t64.exe: Windows program, COPY layer-0 /", "/x/fsevents.node: macOS program, COPY layer-0 /",
			},
		},
		"code for a device": {
			items: []item{exe("gpu/kernel.so", cuda.bytes(t))},
			notes: []string{"/gpu/kernel.so: CUDA shared object, COPY layer-0 /"},
		},
	} {
		t.Run(name, tc.check)
	}
}

// Files that are nearly right, or one of many.
func TestRulesOnSets(t *testing.T) {
	foreign, own := x86().bytes(t), arm64().bytes(t)
	for name, tc := range map[string]filesCase{
		"32-bit ARM libraries": {
			items: []item{data("lib/arm-linux-gnueabihf/libc.so.6", arm(10).library().bytes(t))},
			notes: []string{
				"/lib/arm-linux-gnueabihf/libc.so.6: 32-bit ARM v7 shared object; only some machines of the platform run it, " +
					"COPY layer-0 /",
			},
		},
		"32-bit ARM program": {
			items: []item{exe("bin/app", arm(10).bytes(t))},
			errors: []string{
				"/bin/app: 32-bit ARM v7 executable; only some machines of the platform run it, COPY layer-0 /",
			},
		},
		"a set for all platforms": {
			items: []item{
				data("app/prebuilds/linux-x64/app.node", foreign), data("app/prebuilds/linux-arm64/app.node", own),
				data("app/prebuilds/linux-s390x/app.node", s390x().bytes(t)),
				exe("bin/linux/arm/v7/app", arm(10).bytes(t)), exe("bin/linux/arm64/app", own),
				exe("vendor/x86_64-linux/rg", foreign), exe("vendor/aarch64-linux/rg", own),
			},
			notes: []string{
				"/app/prebuilds/linux-s390x/app.node: 64-bit S/390 shared object; one of a set, " +
					"with the file for this platform beside it, COPY layer-0 /",
				"/app/prebuilds/linux-x64/app.node: x86-64 shared object; one of a set, " +
					"with the file for this platform beside it, COPY layer-0 /",
				"/bin/linux/arm/v7/app: 32-bit ARM v7 executable; one of a set, " +
					"with the file for this platform beside it, COPY layer-0 /",
				"/vendor/x86_64-linux/rg: x86-64 executable; one of a set, " +
					"with the file for this platform beside it, COPY layer-0 /",
			},
		},
		"a set without this platform": {
			items: []item{data("app/prebuilds/linux-x64/app.node", foreign), data("app/prebuilds/linux-arm/app.node", s390x().bytes(t))},
			errors: []string{
				"/app/prebuilds/linux-arm/app.node: 64-bit S/390 shared object; not for linux/arm64, COPY layer-0 /",
				"/app/prebuilds/linux-x64/app.node: x86-64 shared object; not for linux/arm64, COPY layer-0 /",
			},
		},
		"a folder that lies": {
			items: []item{data("linux-arm64/app.node", foreign), data("linux-x64/app.node", own)},
			errors: []string{
				"/linux-arm64/app.node: x86-64 shared object; not for linux/arm64, COPY layer-0 /",
			},
		},
		"one file by many names": {
			items:  []item{exe("bin/busybox", foreign), hard("bin/ls", "bin/busybox"), hard("bin/sh", "bin/ls")},
			errors: []string{"/bin/busybox: x86-64 executable (and 2 more names of it); it is executable, and not for linux/arm64, COPY layer-0 /"},
		},
	} {
		t.Run(name, tc.check)
	}
}

// What programs need is followed by name.
func TestRulesOnNeeds(t *testing.T) {
	foreign := x86().bytes(t)
	for name, tc := range map[string]filesCase{
		"interpreter missing": {
			items: []item{exe("bin/tool", arm64().dynamic("/lib/ld.so").bytes(t))},
			notes: []string{"/bin/tool: AArch64 executable; its interpreter /lib/ld.so is not there, COPY layer-0 /"},
		},
		"needed under another name": {
			items: []item{
				exe("bin/tool", arm64().library("engine.bin").bytes(t)), data("usr/lib/engine.bin", foreign),
			},
			errors: []string{
				"/usr/lib/engine.bin: x86-64 file; it is needed by /bin/tool, and not for linux/arm64, COPY layer-0 /",
			},
		},
		"needed, and there for this platform too": {
			items: []item{
				exe("bin/tool", arm64().library("engine.bin").bytes(t)),
				data("lib/engine.bin", foreign), data("usr/lib/engine.bin", arm64().library().bytes(t)),
			},
			notes: []string{"/lib/engine.bin: x86-64 file, COPY layer-0 /"},
		},
		"needed through a library": {
			items: []item{
				exe("bin/tool", withRunPath(arm64().library("liba.so"), "$ORIGIN/../private").bytes(t)),
				data("private/liba.so", withRunPath(arm64().library("engine.bin"), "${ORIGIN}/more").bytes(t)),
				data("private/more/engine.bin", arm(10).library().bytes(t)),
			},
			errors: []string{
				"/private/more/engine.bin: 32-bit ARM v7 file; it is needed by /private/liba.so, and not for linux/arm64, COPY layer-0 /",
			},
		},
	} {
		t.Run(name, tc.check)
	}
}

func withRunPath(s elfSpec, dirs string) elfSpec {
	s.runPath = dirs
	return s
}

// Whether a program fits a platform, the pairs that are native or near included.
func TestRulesOnMachines(t *testing.T) {
	x386 := x86()
	x386.machine, x386.class = 3, 1
	bigARM := arm64()
	bigARM.data = 2
	ppc64le := x86()
	ppc64le.machine = 21
	ppc64 := ppc64le
	ppc64.data = 2
	s390 := s390x()
	s390.class = 1
	x32 := x86()
	x32.class = 1
	for _, tc := range []struct {
		platform string
		spec     elfSpec
		want     fit
	}{
		{"linux/amd64", x86(), native},
		{"linux/amd64", x386, native},
		{"linux/amd64", x32, sibling},
		{"linux/amd64", arm64(), foreign},
		{"linux/386", x386, native},
		{"linux/386", x86(), foreign},
		{"linux/arm64", arm64(), native},
		{"linux/arm64", arm(10), sibling},
		{"linux/arm64", bigARM, foreign},
		{"linux/arm/v7", arm(10), native},
		{"linux/arm/v7", arm(6), native},
		{"linux/arm/v7", arm(14), newer},
		{"linux/arm/v7", arm(-1), native},
		{"linux/arm/v7", arm64(), foreign},
		{"linux/arm", arm(10), native},
		{"linux/arm/v6", arm(10), newer},
		{"linux/arm/v6", arm(6), native},
		{"linux/arm/v5", arm(6), newer},
		{"linux/arm/v5", arm(4), native},
		{"linux/s390x", s390x(), native},
		{"linux/s390x", s390, sibling},
		{"linux/s390x", x86(), foreign},
		{"linux/ppc64le", ppc64le, native},
		{"linux/ppc64le", ppc64, foreign},
		{"linux/riscv64", arm64(), foreign},
	} {
		target, ok := targetOf(parsePlatform(t, tc.platform))
		assert.Assert(t, ok)
		got := target.judge(read(t, tc.spec.bytes(t)).elf)
		assert.Equal(t, got, tc.want, "%s in %s", read(t, tc.spec.bytes(t)).elf.machineName(), tc.platform)
	}
}

// A library for newer processors is chosen at run time; a program is not.
func TestRulesOnNewerARM(t *testing.T) {
	report := auditOf(t, image{platform: "linux/arm/v6", layers: [][]byte{
		layerOf(
			t,
			data(
				"lib/libcrypto.so.3",
				arm(10).library().bytes(t),
			),
			exe("bin/app", arm(10).bytes(t)),
			exe("bin/old", arm(6).bytes(t)),
		),
	}})
	assert.DeepEqual(t, lines(report.Errors()),
		[]string{"/bin/app: 32-bit ARM v7 executable; newer than linux/arm/v6, COPY layer-0 /"})
	assert.DeepEqual(t, lines(report.Notes()),
		[]string{"/lib/libcrypto.so.3: 32-bit ARM v7 shared object; newer than linux/arm/v6, COPY layer-0 /"})
}
