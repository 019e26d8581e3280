package audit

import (
	"debug/elf"
	"fmt"
	"strconv"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// fit is how a file's machine code stands to a platform.
type fit int

const (
	// native code runs on every machine of the platform.
	native fit = iota
	// sibling code is of the same family, and runs on some machines of the platform only.
	sibling
	// newer code is for a later version of the architecture than the platform's variant.
	newer
	// foreign code is for another kind of computer.
	foreign
	// device code is for no kind of computer that runs containers: a GPU, a network card, the BPF machine.
	device
)

// shape is what tells architectures apart in an ELF header.
type shape struct {
	machine elf.Machine
	class   elf.Class
	data    elf.Data
}

// target is what the files of a platform have to be.
type target struct {
	native   []shape
	siblings []shape
	// armVersion is the newest version of the 32-bit ARM architecture the platform promises; 0: it is not asked.
	armVersion int
	// triplets are the folders below lib where Debian keeps the libraries of the platform.
	triplets []string
}

// targetOf returns what files have to be for a platform; ok is false where this package knows no rule.
func targetOf(p ocispec.Platform) (target, bool) {
	if p.OS != "linux" {
		return target{}, false
	}
	little, big := elf.ELFDATA2LSB, elf.ELFDATA2MSB
	short, long := elf.ELFCLASS32, elf.ELFCLASS64
	x86 := shape{elf.EM_386, short, little}
	targets := map[string]target{
		"amd64": {
			native: []shape{{elf.EM_X86_64, long, little}, x86}, siblings: []shape{{elf.EM_X86_64, short, little}},
			triplets: []string{"x86_64-linux-gnu", "i386-linux-gnu"},
		},
		"386": {native: []shape{x86}, triplets: []string{"i386-linux-gnu"}},
		"arm64": {
			native: []shape{{elf.EM_AARCH64, long, little}}, siblings: []shape{{elf.EM_ARM, short, little}},
			triplets: []string{"aarch64-linux-gnu"},
		},
		"arm": {
			native: []shape{{elf.EM_ARM, short, little}}, armVersion: armVersionOf(p.Variant),
			triplets: []string{"arm-linux-gnueabihf", "arm-linux-gnueabi"},
		},
		"s390x": {
			native: []shape{{elf.EM_S390, long, big}}, siblings: []shape{{elf.EM_S390, short, big}},
			triplets: []string{"s390x-linux-gnu"},
		},
		"ppc64le": {native: []shape{{elf.EM_PPC64, long, little}}, triplets: []string{"powerpc64le-linux-gnu"}},
		"ppc64": {
			native:   []shape{{elf.EM_PPC64, long, big}, {elf.EM_PPC, short, big}},
			triplets: []string{"powerpc64-linux-gnu"},
		},
		"riscv64": {native: []shape{{elf.EM_RISCV, long, little}}, triplets: []string{"riscv64-linux-gnu"}},
		"loong64": {native: []shape{{elf.EM_LOONGARCH, long, little}}, triplets: []string{"loongarch64-linux-gnu"}},
		"mips64le": {
			native:   []shape{{elf.EM_MIPS, long, little}, {elf.EM_MIPS, short, little}},
			triplets: []string{"mips64el-linux-gnuabi64"},
		},
		"mipsle": {native: []shape{{elf.EM_MIPS, short, little}}, triplets: []string{"mipsel-linux-gnu"}},
	}
	t, ok := targets[p.Architecture]
	return t, ok
}

// judge says how a file stands to the platform.
func (t target) judge(e *elfFacts) fit {
	found := shape{e.Machine, e.Class, e.Data}
	for _, s := range t.native {
		if s != found {
			continue
		}
		if t.armVersion > 0 && e.armVersion() > t.armVersion {
			return newer
		}
		return native
	}
	for _, s := range t.siblings {
		if s == found {
			return sibling
		}
	}
	if len(architectureNames(e.Machine)) == 0 {
		return device
	}
	return foreign
}

// armVersionOf reads the variant of a 32-bit ARM platform; containerd's normal form of none is v7.
func armVersionOf(variant string) int {
	version, err := strconv.Atoi(strings.TrimPrefix(variant, "v"))
	if err != nil || version < 4 {
		return 7
	}
	return version
}

// machineName is how a machine is called in messages.
func (e *elfFacts) machineName() string {
	names := map[elf.Machine]string{
		elf.EM_X86_64: "x86-64", elf.EM_386: "32-bit x86", elf.EM_AARCH64: "AArch64", elf.EM_ARM: "32-bit ARM",
		elf.EM_S390: "S/390", elf.EM_PPC64: "PowerPC 64", elf.EM_PPC: "PowerPC", elf.EM_RISCV: "RISC-V",
		elf.EM_LOONGARCH: "LoongArch", elf.EM_MIPS: "MIPS", elf.EM_BPF: "BPF", elf.EM_AMDGPU: "AMD GPU",
		elf.EM_CUDA: "CUDA",
	}
	name, ok := names[e.Machine]
	if !ok {
		name = strings.TrimPrefix(e.Machine.String(), "EM_")
	}
	switch e.Machine {
	case elf.EM_ARM:
		if v := e.armVersion(); v > 0 {
			name = fmt.Sprintf("%s v%d", name, v)
		}
	case elf.EM_S390, elf.EM_RISCV, elf.EM_MIPS, elf.EM_LOONGARCH:
		name = map[elf.Class]string{elf.ELFCLASS32: "32-bit ", elf.ELFCLASS64: "64-bit "}[e.Class] + name
	case elf.EM_X86_64:
		if e.Class == elf.ELFCLASS32 {
			name = "x32"
		}
	}
	switch e.Machine {
	case elf.EM_PPC64, elf.EM_MIPS, elf.EM_ARM, elf.EM_AARCH64: // those that come in both orders
		if e.Data == elf.ELFDATA2MSB {
			name = "big-endian " + name
		} else if e.Machine == elf.EM_PPC64 || e.Machine == elf.EM_MIPS {
			name = "little-endian " + name
		}
	}
	return name
}
