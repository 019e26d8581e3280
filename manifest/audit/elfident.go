package audit

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"slices"
)

// identify reads class, byte order, type and machine as a kernel does that runs the file. It reads type and machine in
// the byte order of its own machine, and whatever the bytes of class and order say: a program whose bytes are wrong
// runs where its machine is.
func (r *elfReader) identify() error {
	ident, err := r.at(0, identSize)
	if errors.Is(err, errOutside) {
		return errNotELF
	} else if err != nil {
		return err
	}
	orders := []elf.Data{elf.Data(ident[elf.EI_DATA]), elf.ELFDATA2LSB, elf.ELFDATA2MSB}
	for _, data := range orders {
		if r.ordered(data); r.order == nil {
			continue
		}
		machine := elf.Machine(r.order.Uint16(ident[18:]))
		if !slices.Contains(machines(), machine) {
			continue
		}
		r.facts.Machine, r.facts.Data = machine, data
		break
	}
	if r.facts.Data == elf.ELFDATANONE {
		if r.ordered(orders[0]); r.order == nil {
			return errNotELF
		}
		r.facts.Machine, r.facts.Data = elf.Machine(r.order.Uint16(ident[18:])), orders[0]
	}
	r.facts.Type = elf.Type(r.order.Uint16(ident[16:]))
	return r.classify(elf.Class(ident[elf.EI_CLASS]))
}

// ordered sets the byte order, to nil where there is none.
func (r *elfReader) ordered(data elf.Data) {
	switch data {
	case elf.ELFDATA2LSB:
		r.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		r.order = binary.BigEndian
	default:
		r.order = nil
	}
}

// classify takes the class that is stated, or the one of the machine where that is none.
func (r *elfReader) classify(class elf.Class) error {
	switch {
	case class == elf.ELFCLASS32 || class == elf.ELFCLASS64:
	case !slices.Contains(machines(), r.facts.Machine):
		return errNotELF
	default:
		class = elf.ELFCLASS64
		switch r.facts.Machine {
		case elf.EM_386, elf.EM_ARM, elf.EM_PPC, elf.EM_SPARC, elf.EM_SPARC32PLUS:
			class = elf.ELFCLASS32
		}
	}
	r.facts.Class, r.long = class, class == elf.ELFCLASS64
	return nil
}

// whole is the header of a size. A kernel takes what is behind the end of the file for zeros.
func (r *elfReader) whole(size uint64) ([]byte, error) {
	part, err := r.upTo(0, size)
	if err != nil || uint64(len(part)) == size {
		return part, err
	}
	return append(make([]byte, 0, size), part...)[:size], nil
}
