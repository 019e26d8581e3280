package audit

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"

	"gotest.tools/v3/assert"
)

// elfSpec is an ELF file to be made. What is not set is as in an x86-64 program for Linux.
type elfSpec struct {
	machine         elf.Machine
	class           elf.Class
	data            elf.Data
	kind            elf.Type
	flags           uint32
	interp, runPath string
	needed          []string
	// armArch is Tag_CPU_arch; -1: there are no attributes.
	armArch int
	// between is how many bytes stand before the dynamic section.
	between int
	// patched puts interpreter and strings behind it.
	patched bool
}

func x86() elfSpec {
	return elfSpec{machine: elf.EM_X86_64, class: elf.ELFCLASS64, data: elf.ELFDATA2LSB, kind: elf.ET_EXEC, armArch: -1}
}

func arm64() elfSpec {
	s := x86()
	s.machine = elf.EM_AARCH64
	return s
}

// arm is a 32-bit ARM program that needs a version given by Tag_CPU_arch.
func arm(arch int) elfSpec {
	s := x86()
	s.machine, s.class, s.armArch = elf.EM_ARM, elf.ELFCLASS32, arch
	return s
}

func s390x() elfSpec {
	s := x86()
	s.machine, s.data = elf.EM_S390, elf.ELFDATA2MSB
	return s
}

// library is the same as a shared object.
func (s elfSpec) library(needed ...string) elfSpec {
	s.kind, s.needed = elf.ET_DYN, needed
	return s
}

// dynamic is the same with an interpreter and libraries.
func (s elfSpec) dynamic(interp string, needed ...string) elfSpec {
	s.interp, s.needed = interp, needed
	return s
}

func (s elfSpec) object() elfSpec {
	s.kind = elf.ET_REL
	return s
}

// elfWriter lays out: header, three program headers, interpreter, strings, dynamic section, attributes, two section
// headers. Addresses are offsets plus elfBase.
type elfWriter struct {
	bytes.Buffer
	elfSpec
	order binary.AppendByteOrder
}

const elfBase = 0x10000

func (s elfSpec) bytes(tb testing.TB) []byte {
	tb.Helper()
	w := &elfWriter{elfSpec: s, order: binary.LittleEndian}
	if s.data == elf.ELFDATA2MSB {
		w.order = binary.BigEndian
	}
	headers := 52 + 3*32
	if s.class == elf.ELFCLASS64 {
		headers = 64 + 3*56
	}
	body, at := w.body(headers)
	total := headers + len(body)
	w.header(tb, total)
	w.segment(tb, elf.PT_LOAD, span{0, total})
	w.segment(tb, elf.PT_INTERP, at.interp)
	w.segment(tb, elf.PT_DYNAMIC, at.dynamic)
	_, err := w.Write(body)
	assert.NilError(tb, err)
	w.section(tb, span{})
	w.section(tb, at.attributes)
	return w.Bytes()
}

type span struct{ offset, size int }

// parts are the places of what the headers point to.
type parts struct{ interp, dynamic, attributes span }

func (w *elfWriter) body(start int) (body []byte, at parts) {
	add := func(b []byte) span {
		if len(b) == 0 {
			return span{}
		}
		s := span{start + len(body), len(b)}
		body = append(body, b...)
		return s
	}
	names, entries := w.names()
	interp := []byte(w.interp)
	if len(interp) > 0 {
		interp = append(interp, 0)
	}
	if w.patched { // as patchelf leaves a file: what it has changed stands at the end
		add(make([]byte, w.between))
		// the table is as long as the entries, DT_STRTAB, and the end
		size := (len(entries) + 2) * len(w.word(w.word(nil, 0), 0))
		at.dynamic = add(w.table(entries, start+len(body)+size))
		add(names)
		at.interp = add(interp)
	} else {
		at.interp = add(interp)
		strings := add(names)
		add(make([]byte, w.between))
		at.dynamic = add(w.table(entries, strings.offset))
	}
	if w.armArch >= 0 {
		at.attributes = add(w.attributes())
	}
	return body, at
}

// names is the string table, and the entries that point into it.
func (w *elfWriter) names() (table []byte, entries [][2]uint64) {
	table = []byte{0}
	add := func(tag elf.DynTag, text string) {
		entries = append(entries, [2]uint64{uint64(tag), uint64(len(table))})
		table = append(append(table, text...), 0)
	}
	for _, library := range w.needed {
		add(elf.DT_NEEDED, library)
	}
	if w.runPath != "" {
		add(elf.DT_RUNPATH, w.runPath)
	}
	return table, entries
}

func (w *elfWriter) table(entries [][2]uint64, strings int) []byte {
	if len(entries) == 0 {
		return nil
	}
	var list []byte
	for _, e := range append(entries, [2]uint64{uint64(elf.DT_STRTAB), uint64(elfBase + strings)}, [2]uint64{}) {
		list = w.word(w.word(list, e[0]), e[1])
	}
	return list
}

func (w *elfWriter) word(b []byte, v uint64) []byte {
	if w.class == elf.ELFCLASS64 {
		return w.order.AppendUint64(b, v)
	}
	return w.order.AppendUint32(b, uint32(v))
}

// attributes are those gcc writes for a program: CPU name and architecture, compatibility, and one more.
func (w *elfWriter) attributes() []byte {
	list := append([]byte("\x05any\x00\x06"), byte(w.armArch), 8, 1, 32, 0, 'g', 'n', 'u', 0, 34, 1)
	file := append(w.order.AppendUint32([]byte{1}, uint32(5+len(list))), list...)
	section := append([]byte("aeabi\x00"), file...)
	return append(w.order.AppendUint32([]byte{'A'}, uint32(4+len(section))), section...)
}

func (w *elfWriter) write(tb testing.TB, v any) {
	tb.Helper()
	assert.NilError(tb, binary.Write(w, w.order.(binary.ByteOrder), v))
}

func (w *elfWriter) header(tb testing.TB, shoff int) {
	tb.Helper()
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(w.class), byte(w.data), 1}
	if w.class == elf.ELFCLASS64 {
		w.write(tb, elf.Header64{
			Ident: ident, Type: uint16(w.kind), Machine: uint16(w.machine), Version: 1, Phoff: 64, Shoff: uint64(shoff),
			Flags: w.flags, Ehsize: 64, Phentsize: 56, Phnum: 3, Shentsize: 64, Shnum: 2,
		})
		return
	}
	w.write(tb, elf.Header32{
		Ident: ident, Type: uint16(w.kind), Machine: uint16(w.machine), Version: 1, Phoff: 52, Shoff: uint32(shoff),
		Flags: w.flags, Ehsize: 52, Phentsize: 32, Phnum: 3, Shentsize: 40, Shnum: 2,
	})
}

func (w *elfWriter) segment(tb testing.TB, kind elf.ProgType, s span) {
	tb.Helper()
	if s.size == 0 {
		kind = elf.PT_NULL
	}
	if w.class == elf.ELFCLASS64 {
		w.write(tb, elf.Prog64{
			Type: uint32(kind), Off: uint64(s.offset), Vaddr: uint64(elfBase + s.offset), Filesz: uint64(s.size),
		})
		return
	}
	w.write(tb, elf.Prog32{
		Type: uint32(kind), Off: uint32(s.offset), Vaddr: uint32(elfBase + s.offset), Filesz: uint32(s.size),
	})
}

func (w *elfWriter) section(tb testing.TB, s span) {
	tb.Helper()
	kind := uint32(0)
	if s.size > 0 {
		kind = shtARMAttributes
	}
	if w.class == elf.ELFCLASS64 {
		w.write(tb, elf.Section64{Type: kind, Off: uint64(s.offset), Size: uint64(s.size)})
		return
	}
	w.write(tb, elf.Section32{Type: kind, Off: uint32(s.offset), Size: uint32(s.size)})
}
