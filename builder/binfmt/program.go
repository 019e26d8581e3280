package binfmt

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ErrNoProgram says that there is no probe for a platform, such as one of another operating system.
var ErrNoProgram = errors.New("no probe program")

// ProgramFor returns the probe for p: a static executable of less than 200 bytes that exits with 0, which it
// can only do where programs of p run. Without one the error is of class [ErrNoProgram].
func ProgramFor(p ocispec.Platform) ([]byte, error) {
	m, ok := machineOf(p.Architecture)
	if !ok || p.OS != "linux" {
		return nil, fmt.Errorf("probing %s: %w", platforms.FormatAll(p), ErrNoProgram)
	}
	return m.executable()
}

// machineOf returns the machine for an architecture as OCI names it, with the code of exit(0).
func machineOf(architecture string) (machine, bool) {
	little, big := binary.ByteOrder(binary.LittleEndian), binary.ByteOrder(binary.BigEndian)
	switch architecture {
	case "386": // mov eax, 1; xor ebx, ebx; int 0x80
		return raw(elf.EM_386, little, 0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80), true
	case "amd64": // mov eax, 60; xor edi, edi; syscall
		return raw(elf.EM_X86_64, little, 0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05), true
	case "arm": // mov r7, #1; mov r0, #0; svc 0; flags: EABI 5
		return words(elf.EM_ARM, little, 0x05000000, 0xe3a07001, 0xe3a00000, 0xef000000), true
	case "arm64": // mov x8, #93; mov x0, #0; svc 0
		return words(elf.EM_AARCH64, little, 0, 0xd2800ba8, 0xd2800000, 0xd4000001), true
	case "loong64": // ori a7, zero, 93; ori a0, zero, 0; syscall 0; flags: LP64D, object ABI 1
		return words(elf.EM_LOONGARCH, little, 0x43, 0x0381740b, 0x03800004, 0x002b0000), true
	case "mips64": // ori v0, zero, 5058; or a0, zero, zero; syscall; flags: MIPS64 release 2
		return words(elf.EM_MIPS, big, 0x80000000, 0x340213c2, 0x00002025, 0x0000000c), true
	case "mips64le":
		return words(elf.EM_MIPS, little, 0x80000000, 0x340213c2, 0x00002025, 0x0000000c), true
	case "ppc64": // li r0, 1; li r3, 0; sc; flags: ELFv2, whose entry point is code and not a descriptor
		return words(elf.EM_PPC64, big, 2, 0x38000001, 0x38600000, 0x44000002), true
	case "ppc64le":
		return words(elf.EM_PPC64, little, 2, 0x38000001, 0x38600000, 0x44000002), true
	case "riscv64": // li a7, 93; li a0, 0; ecall; flags: RVC, double float
		return words(elf.EM_RISCV, little, 5, 0x05d00893, 0x00000513, 0x00000073), true
	case "s390x": // lghi r2, 0; svc 1
		return raw(elf.EM_S390, big, 0xa7, 0x29, 0, 0, 0x0a, 1), true
	}
	return machine{}, false
}
