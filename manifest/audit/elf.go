package audit

import (
	"debug/elf"
	"encoding/binary"
	"errors"
)

// Limits of what is read of one ELF file; more is nothing a linker writes, and is left out.
const (
	maxSegments = 512
	maxDynamic  = 64 << 10
	maxNeeded   = 512
	maxString   = 4096
	maxStrings  = 4 << 20
)

// elfFacts is what an ELF file says of itself in its headers (System V ABI, chapters 4 and 5).
type elfFacts struct {
	Class   elf.Class   `json:"c"`
	Data    elf.Data    `json:"d"`
	Type    elf.Type    `json:"t"`
	Machine elf.Machine `json:"m"`
	Flags   uint32      `json:"f,omitempty"`
	// ARM is Tag_CPU_arch of .ARM.attributes plus one; 0: it is not said.
	ARM     int      `json:"a,omitempty"`
	Interp  string   `json:"i,omitempty"`
	Needed  []string `json:"n,omitempty"`
	RPath   string   `json:"r,omitempty"`
	RunPath string   `json:"u,omitempty"`
}

// program tells a file that a kernel or a loader maps from object files and core dumps.
func (e *elfFacts) program() bool { return e.Type == elf.ET_EXEC || e.Type == elf.ET_DYN }

// size is how many bytes its texts have.
func (e *elfFacts) size() int {
	size := len(e.Interp) + len(e.RPath) + len(e.RunPath)
	for _, name := range e.Needed {
		size += len(name)
	}
	return size
}

// identSize is the part of the header whose layout does not depend on the file.
const identSize = 20

var errNotELF = errors.New("not an ELF file")

// elfReader reads one file.
type elfReader struct {
	*window
	order binary.ByteOrder
	long  bool
	facts elfFacts
	// where the program headers and section headers are.
	phoff, shoff    uint64
	phsize, phnum   uint16
	shsize, shnum   uint16
	loads           []segment
	interp, dynamic segment
}

// segment is a part of the file and where it is mapped to.
type segment struct{ offset, address, size uint64 }

// readELF reads the facts of a file that starts like an ELF file. What cannot be read of the parts behind the header
// is left out; the error is of reading, or errNotELF.
func readELF(w *window) (*elfFacts, error) {
	r := &elfReader{window: w}
	if err := r.header(); err != nil {
		return nil, err
	}
	for _, step := range []func() error{r.segments, r.parts, r.attributes} {
		if err := step(); err != nil && !errors.Is(err, errOutside) {
			return nil, err
		}
	}
	return &r.facts, nil
}

func (r *elfReader) header() error {
	if err := r.identify(); err != nil {
		return err
	}
	size := uint64(52)
	if r.long {
		size = 64
	}
	h, err := r.whole(size)
	if err != nil {
		return err
	}
	rest := h[40:]
	if r.long {
		r.phoff, r.shoff = r.order.Uint64(h[32:]), r.order.Uint64(h[40:])
		rest = h[52:]
		r.facts.Flags = r.order.Uint32(h[48:])
	} else {
		r.phoff, r.shoff = uint64(r.order.Uint32(h[28:])), uint64(r.order.Uint32(h[32:]))
		r.facts.Flags = r.order.Uint32(h[36:])
	}
	r.phsize, r.phnum = r.order.Uint16(rest[2:]), r.order.Uint16(rest[4:])
	r.shsize, r.shnum = r.order.Uint16(rest[6:]), r.order.Uint16(rest[8:])
	if r.size < size && r.phnum == 0 {
		return errNotELF // it is cut, and nothing maps it
	}
	return nil
}

// segments reads the program headers.
func (r *elfReader) segments() error {
	size := uint64(32)
	if r.long {
		size = 56
	}
	if uint64(r.phsize) < size || r.phnum > maxSegments {
		return nil
	}
	table, err := r.at(r.phoff, uint64(r.phsize)*uint64(r.phnum))
	if err != nil {
		return err
	}
	for ; len(table) >= int(r.phsize); table = table[r.phsize:] {
		var s segment
		if r.long {
			s = segment{r.order.Uint64(table[8:]), r.order.Uint64(table[16:]), r.order.Uint64(table[32:])}
		} else {
			s = segment{
				uint64(r.order.Uint32(table[4:])), uint64(r.order.Uint32(table[8:])), uint64(r.order.Uint32(table[16:])),
			}
		}
		switch elf.ProgType(r.order.Uint32(table)) {
		case elf.PT_LOAD:
			r.loads = append(r.loads, s)
		case elf.PT_INTERP:
			r.interp = s
		case elf.PT_DYNAMIC:
			r.dynamic = s
		}
	}
	return nil
}

// parts reads the interpreter and what the dynamic section says, in the order they are in the file.
func (r *elfReader) parts() error {
	steps := []func() error{r.readInterp, r.readDynamic}
	if r.dynamic.offset < r.interp.offset {
		steps = []func() error{r.readDynamic, r.readInterp}
	}
	for _, step := range steps {
		if err := step(); err != nil && !errors.Is(err, errOutside) {
			return err
		}
	}
	return nil
}

func (r *elfReader) readInterp() error {
	if r.interp.size == 0 {
		return nil
	}
	text, err := r.at(r.interp.offset, min(r.interp.size, maxString))
	if err != nil {
		return err
	}
	r.facts.Interp = printable(text)
	return nil
}
