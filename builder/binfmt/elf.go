package binfmt

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// machine is what an executable of one architecture consists of: the few fields of its ELF header that differ,
// and its code. BuildKit carries such programs too, but each of its builds lacks the one for its own architecture,
// and a client's architecture says nothing about its engine's.
type machine struct {
	elf.Machine
	order binary.ByteOrder
	flags uint32
	code  []byte
}

// words is a machine whose instructions have 32 bits and are in its byte order.
func words(m elf.Machine, order binary.ByteOrder, flags uint32, instructions ...uint32) machine {
	code := make([]byte, 4*len(instructions))
	for i, instruction := range instructions {
		order.PutUint32(code[4*i:], instruction)
	}
	return machine{Machine: m, order: order, flags: flags, code: code}
}

// raw is a machine whose instructions are of different lengths.
func raw(m elf.Machine, order binary.ByteOrder, code ...byte) machine {
	return machine{Machine: m, order: order, code: code}
}

// Where the one segment is loaded, and how it is aligned: no architecture has larger pages.
const base, page = 0x10000, 0x10000

// executable writes an ELF file of one loadable segment: header, program header, code (System V ABI, chapter 4).
func (m machine) executable() ([]byte, error) {
	header, program := m.headers64()
	if m.Machine == elf.EM_386 || m.Machine == elf.EM_ARM {
		header, program = m.headers32()
	}
	var out bytes.Buffer
	for _, part := range []any{header, program, m.code} {
		if err := binary.Write(&out, m.order, part); err != nil {
			return nil, fmt.Errorf("writing the probe for %s: %w", m.Machine, err)
		}
	}
	return out.Bytes(), nil
}

func (m machine) ident(class elf.Class) [elf.EI_NIDENT]byte {
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(class), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	if m.order == binary.ByteOrder(binary.BigEndian) {
		ident[elf.EI_DATA] = byte(elf.ELFDATA2MSB)
	}
	return ident
}

func (m machine) headers32() (header, program any) {
	const start = 52 + 32
	size := uint32(start + len(m.code)) //nolint:gosec // less than 200 bytes
	header = elf.Header32{
		Ident: m.ident(elf.ELFCLASS32), Type: uint16(elf.ET_EXEC), Machine: uint16(m.Machine), Version: 1,
		Entry: base + start, Phoff: 52, Flags: m.flags, Ehsize: 52, Phentsize: 32, Phnum: 1,
	}
	program = elf.Prog32{
		Type: uint32(elf.PT_LOAD), Vaddr: base, Paddr: base, Filesz: size, Memsz: size,
		Flags: uint32(elf.PF_R | elf.PF_X), Align: page,
	}
	return header, program
}

func (m machine) headers64() (header, program any) {
	const start = 64 + 56
	size := uint64(start + len(m.code))
	header = elf.Header64{
		Ident: m.ident(elf.ELFCLASS64), Type: uint16(elf.ET_EXEC), Machine: uint16(m.Machine), Version: 1,
		Entry: base + start, Phoff: 64, Flags: m.flags, Ehsize: 64, Phentsize: 56, Phnum: 1,
	}
	program = elf.Prog64{
		Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: base, Paddr: base,
		Filesz: size, Memsz: size, Align: page,
	}
	return header, program
}
