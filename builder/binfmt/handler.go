package binfmt

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Handler is one entry of the kernel's table of foreign programs, in the words of its file in binfmt_misc.
type Handler struct {
	// Name is the file's name, such as qemu-aarch64.
	Name    string
	Enabled bool
	// Interpreter is the program the kernel starts instead.
	Interpreter string
	// Flags are as the kernel prints them, such as POCF.
	Flags string

	offset      int
	magic, mask []byte
}

// Fixed tells whether the interpreter was opened when the entry was made (F). Without that it is looked for in the
// file system of each container, where it is not.
func (h Handler) Fixed() bool { return strings.Contains(h.Flags, "F") }

// KeepsName tells whether a program is told the name it was called by (P), not its path.
func (h Handler) KeepsName() bool { return strings.Contains(h.Flags, "P") }

// Takes tells whether the kernel hands programs of platform p to this handler.
func (h Handler) Takes(p ocispec.Platform) bool {
	program, err := ProgramFor(p)
	if err != nil || len(h.magic) == 0 || h.offset < 0 || h.offset > len(program)-len(h.magic) {
		return false
	}
	for i, want := range h.magic {
		mask := byte(0xff)
		if i < len(h.mask) {
			mask = h.mask[i]
		}
		if (program[h.offset+i]^want)&mask != 0 {
			return false
		}
	}
	return true
}

// parseHandler reads the text of an entry (linux/Documentation/admin-guide/binfmt-misc.rst; fs/binfmt_misc.c,
// entry_status).
func parseHandler(name, text string) (Handler, error) {
	h := Handler{Name: name}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), " ")
		var err error
		switch key {
		case "enabled":
			h.Enabled = true
		case "interpreter":
			h.Interpreter = value
		case "flags:":
			h.Flags = value
		case "offset":
			h.offset, err = strconv.Atoi(value)
		case "magic":
			h.magic, err = hex.DecodeString(value)
		case "mask":
			h.mask, err = hex.DecodeString(value)
		}
		if err != nil {
			return Handler{}, fmt.Errorf("reading entry %q of binfmt_misc: %q: %w", name, lines.Text(), err)
		}
	}
	return h, nil
}
