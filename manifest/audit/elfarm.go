package audit

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

const (
	// shtARMAttributes is the type of the section .ARM.attributes (ELF for the Arm Architecture, section types).
	shtARMAttributes = 0x70000003
	// hardFloat is EF_ARM_ABI_FLOAT_HARD of a header of EABI version 5: arguments are passed in VFP registers.
	hardFloat = 0x400
	eabi5     = 0x05000000
	eabiMask  = 0xff000000

	maxAttributes = 64 << 10
	// tagCPUArch is the attribute that names the architecture (Addenda to the ABI for the Arm Architecture).
	tagCPUArch = 6
)

// armVersion is the version of the ARM architecture a 32-bit file says it needs; 0 where it says nothing.
func (e *elfFacts) armVersion() int {
	if e.Machine != elf.EM_ARM {
		return 0
	}
	if e.ARM > 0 {
		// values of Tag_CPU_arch: Pre-v4 v4 v4T v5T v5TE v5TEJ v6 v6KZ v6T2 v6K v7 v6-M v6S-M v7E-M v8-A v8-R …
		versions := []int{4, 4, 4, 5, 5, 5, 6, 6, 6, 6, 7, 6, 6, 7, 8, 8, 8, 8, 8}
		if e.ARM <= len(versions) {
			return versions[e.ARM-1]
		}
		return 0
	}
	if e.Flags&eabiMask == eabi5 && e.Flags&hardFloat != 0 {
		return 6 // no older processor of the platform's has the registers
	}
	return 0
}

// attributes reads .ARM.attributes, which stands at the end of the file, before the section headers.
func (r *elfReader) attributes() error {
	if r.facts.Machine != elf.EM_ARM || r.long || r.shsize < 40 || r.shnum == 0 {
		return nil
	}
	if err := r.keepEnd(); err != nil {
		return err
	}
	table, err := r.at(r.shoff, uint64(r.shsize)*uint64(r.shnum))
	if err != nil {
		return err
	}
	for ; len(table) >= int(r.shsize); table = table[r.shsize:] {
		if r.order.Uint32(table[4:]) != shtARMAttributes {
			continue
		}
		offset, size := uint64(r.order.Uint32(table[16:])), uint64(r.order.Uint32(table[20:]))
		body, err := r.at(offset, min(size, maxAttributes))
		if err != nil {
			return err
		}
		r.facts.ARM = cpuArch(body, r.order)
		return nil
	}
	return nil
}

// cpuArch finds Tag_CPU_arch of the file as a whole, and returns it plus one.
func cpuArch(body []byte, order binary.ByteOrder) int {
	if len(body) == 0 || body[0] != 'A' {
		return 0
	}
	for body = body[1:]; len(body) >= 4; {
		size := int(min(order.Uint32(body), 1<<30))
		if size < 4 || size > len(body) {
			return 0
		}
		section := body[4:size]
		body = body[size:]
		if rest, ok := bytes.CutPrefix(section, []byte("aeabi\x00")); ok {
			return cpuArchOf(rest, order)
		}
	}
	return 0
}

// cpuArchOf reads the subsection that speaks of the whole file.
func cpuArchOf(body []byte, order binary.ByteOrder) int {
	const tagFile = 1
	for len(body) >= 5 {
		size := int(min(order.Uint32(body[1:]), 1<<30))
		if size < 5 || size > len(body) {
			return 0
		}
		if body[0] == tagFile {
			return findTag(body[5:size])
		}
		body = body[size:]
	}
	return 0
}

// findTag walks over attributes: a tag, then a number or, for a few tags, a text.
func findTag(list []byte) int {
	const rawName, name, compatibility = 4, 5, 32
	for len(list) > 0 {
		tag, n := binary.Uvarint(list)
		if n <= 0 {
			return 0
		}
		list = list[n:]
		isText := tag == rawName || tag == name || tag > compatibility && tag%2 == 1
		if !isText {
			value, n := binary.Uvarint(list)
			if n <= 0 {
				return 0
			}
			list = list[n:]
			if tag == tagCPUArch && value < 64 {
				return int(value) + 1
			}
		}
		if isText || tag == compatibility {
			_, after, ended := bytes.Cut(list, []byte{0})
			if !ended {
				return 0
			}
			list = after
		}
	}
	return 0
}
