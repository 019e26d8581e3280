package binfmt

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ErrNoProgram says that there is no probe for a platform, such as one of another operating system.
var ErrNoProgram = errors.New("no probe program")

// machine is what an executable of one architecture consists of: the few fields of its ELF header that differ,
// and the machine code of exit(0). BuildKit carries such programs too, but each of its builds lacks the one for
// its own architecture, and a client's architecture says nothing about its engine's.
type machine struct {
	elf.Machine
	order binary.ByteOrder
	flags uint32
	code  []uint32 // instructions of 32 bits, in the machine's byte order
	bytes []byte   // instructions of other lengths
	small bool     // 32-bit ELF
}

// machineOf returns the machine for an architecture as OCI names it.
func machineOf(architecture string) (machine, bool) {
	little, big := binary.LittleEndian, binary.BigEndian
	switch architecture {
	case "386": // mov eax, 1; xor ebx, ebx; int 0x80
		return machine{Machine: elf.EM_386, order: little, small: true, bytes: []byte{0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80}}, true
	case "amd64": // mov eax, 60; xor edi, edi; syscall
		return machine{Machine: elf.EM_X86_64, order: little, bytes: []byte{0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05}}, true
	case "arm": // mov r7, #1; mov r0, #0; svc 0
		return machine{Machine: elf.EM_ARM, order: little, small: true, flags: 0x05000000, code: []uint32{0xe3a07001, 0xe3a00000, 0xef000000}}, true
	case "arm64": // mov x8, #93; mov x0, #0; svc 0
		return machine{Machine: elf.EM_AARCH64, order: little, code: []uint32{0xd2800ba8, 0xd2800000, 0xd4000001}}, true
	case "loong64": // ori a7, zero, 93; ori a0, zero, 0; syscall 0
		return machine{Machine: elf.EM_LOONGARCH, order: little, flags: 0x43, code: []uint32{0x0381740b, 0x03800004, 0x002b0000}}, true
	case "mips64": // ori v0, zero, 5058; or a0, zero, zero; syscall
		return machine{Machine: elf.EM_MIPS, order: big, flags: 0x80000000, code: []uint32{0x340213c2, 0x00002025, 0x0000000c}}, true
	case "mips64le":
		return machine{Machine: elf.EM_MIPS, order: little, flags: 0x80000000, code: []uint32{0x340213c2, 0x00002025, 0x0000000c}}, true
	case "ppc64": // li r0, 1; li r3, 0; sc; flags: ELFv2, whose entry point is code and not a descriptor
		return machine{Machine: elf.EM_PPC64, order: big, flags: 2, code: []uint32{0x38000001, 0x38600000, 0x44000002}}, true
	case "ppc64le":
		return machine{Machine: elf.EM_PPC64, order: little, flags: 2, code: []uint32{0x38000001, 0x38600000, 0x44000002}}, true
	case "riscv64": // li a7, 93; li a0, 0; ecall
		return machine{Machine: elf.EM_RISCV, order: little, flags: 5, code: []uint32{0x05d00893, 0x00000513, 0x00000073}}, true
	case "s390x": // lghi r2, 0; svc 1
		return machine{Machine: elf.EM_S390, order: big, bytes: []byte{0xa7, 0x29, 0, 0, 0x0a, 1}}, true
	}
	return machine{}, false
}

// ProgramFor returns the probe for p: a static executable of less than 200 bytes that exits with 0, which it
// can only do where programs of p run. Without one the error is of class [ErrNoProgram].
func ProgramFor(p ocispec.Platform) ([]byte, error) {
	m, ok := machineOf(p.Architecture)
	if !ok || p.OS != "linux" {
		return nil, fmt.Errorf("probing %s: %w", platforms.FormatAll(p), ErrNoProgram)
	}
	return m.executable()
}

// executable writes an ELF file of one loadable segment: header, program header, code (System V ABI, chapter 4).
func (m machine) executable() ([]byte, error) {
	const base, page = 0x10000, 0x10000
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	if m.order == binary.BigEndian {
		ident[elf.EI_DATA] = byte(elf.ELFDATA2MSB)
	}
	var header, program any
	if m.small {
		const start = 52 + 32
		size := uint32(start + len(m.bytes) + 4*len(m.code))
		ident[elf.EI_CLASS] = byte(elf.ELFCLASS32)
		header = elf.Header32{
			Ident: ident, Type: uint16(elf.ET_EXEC), Machine: uint16(m.Machine), Version: 1, Entry: base + start,
			Phoff: 52, Flags: m.flags, Ehsize: 52, Phentsize: 32, Phnum: 1,
		}
		program = elf.Prog32{
			Type: uint32(elf.PT_LOAD), Vaddr: base, Paddr: base, Filesz: size, Memsz: size,
			Flags: uint32(elf.PF_R | elf.PF_X), Align: page,
		}
	} else {
		const start = 64 + 56
		size := uint64(start + len(m.bytes) + 4*len(m.code))
		header = elf.Header64{
			Ident: ident, Type: uint16(elf.ET_EXEC), Machine: uint16(m.Machine), Version: 1, Entry: base + start,
			Phoff: 64, Flags: m.flags, Ehsize: 64, Phentsize: 56, Phnum: 1,
		}
		program = elf.Prog64{
			Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: base, Paddr: base,
			Filesz: size, Memsz: size, Align: page,
		}
	}
	var out bytes.Buffer
	for _, part := range []any{header, program, m.bytes, m.code} {
		if err := binary.Write(&out, m.order, part); err != nil {
			return nil, fmt.Errorf("writing the probe for %s: %w", m.Machine, err)
		}
	}
	return out.Bytes(), nil
}
