package audit

import (
	"bytes"
	"debug/elf"
)

// dynamicEntries are the entries of the dynamic section that this package uses.
type dynamicEntries struct {
	strings        uint64 // address of the string table
	needed         []uint64
	rpath, runpath []uint64
}

// readDynamic reads what a file needs at run time and where it looks for it.
func (r *elfReader) readDynamic() error {
	if r.dynamic.size == 0 {
		return nil
	}
	table, err := r.at(r.dynamic.offset, min(r.dynamic.size, maxDynamic))
	if err != nil {
		return err
	}
	entries := r.decodeDynamic(table)
	all := append(append(append([]uint64{}, entries.needed...), entries.rpath...), entries.runpath...)
	if len(all) == 0 {
		return nil
	}
	lowest, highest := all[0], all[0]
	for _, at := range all {
		lowest, highest = min(lowest, at), max(highest, at)
	}
	start, ok := r.offsetOf(entries.strings)
	if !ok || start+lowest < start || highest-lowest > maxStrings {
		return nil
	}
	// the last string ends somewhere behind its start, at the latest with the file
	window, err := r.upTo(start+lowest, highest-lowest+maxString)
	if err != nil {
		return err
	}
	text := func(at uint64) string {
		if at -= lowest; at < uint64(len(window)) {
			return printable(window[at:])
		}
		return ""
	}
	for _, at := range entries.needed {
		if name := text(at); name != "" {
			r.facts.Needed = append(r.facts.Needed, name)
		}
	}
	for _, at := range entries.rpath {
		r.facts.RPath = text(at)
	}
	for _, at := range entries.runpath {
		r.facts.RunPath = text(at)
	}
	return nil
}

func (r *elfReader) decodeDynamic(table []byte) dynamicEntries {
	var entries dynamicEntries
	size := 8
	if r.long {
		size = 16
	}
	for ; len(table) >= size; table = table[size:] {
		tag, value := uint64(r.order.Uint32(table)), uint64(r.order.Uint32(table[4:]))
		if r.long {
			tag, value = r.order.Uint64(table), r.order.Uint64(table[8:])
		}
		if tag > uint64(elf.DT_RUNPATH) {
			continue
		}
		switch elf.DynTag(tag) {
		case elf.DT_NULL:
			return entries
		case elf.DT_STRTAB:
			entries.strings = value
		case elf.DT_NEEDED:
			if len(entries.needed) < maxNeeded {
				entries.needed = append(entries.needed, value)
			}
		case elf.DT_RPATH:
			entries.rpath = []uint64{value}
		case elf.DT_RUNPATH:
			entries.runpath = []uint64{value}
		}
	}
	return entries
}

// offsetOf finds the place in the file of what is mapped to an address.
func (r *elfReader) offsetOf(address uint64) (uint64, bool) {
	for _, s := range r.loads {
		if address >= s.address && address-s.address < s.size {
			return s.offset + (address - s.address), true
		}
	}
	return 0, false
}

// printable is the text up to the first NUL.
func printable(text []byte) string {
	text, _, _ = bytes.Cut(text, []byte{0})
	if len(text) > maxString {
		return ""
	}
	return escape(string(text))
}
