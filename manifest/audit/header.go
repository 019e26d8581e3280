package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// kind is what a file is by its first bytes.
type kind byte

const (
	plainFile   kind = 'f'
	elfFile     kind = 'e'
	scriptFile  kind = 's'
	windowsFile kind = 'w'
	macFile     kind = 'm'
)

const (
	// maxShebang is how much of a script's first line Linux looks at (BINPRM_BUF_SIZE).
	maxShebang = 256
	// firstBytes is what tells kinds of files apart.
	firstBytes = 4
)

// header is what is kept of a file.
type header struct {
	kind    kind
	elf     *elfFacts
	shebang string
}

// readHeader reads what a regular file is. The buffer, grown, is returned for the next file. The error is of reading
// alone: a file that is none of the kinds known is a plain one.
func readHeader(reader io.Reader, size int64, buffer []byte) (header, []byte, error) {
	if size < firstBytes {
		return header{kind: plainFile}, buffer, nil
	}
	w := newWindow(reader, size, buffer)
	h, err := sniff(w)
	return h, w.front, err
}

func sniff(w *window) (header, error) {
	magic, err := w.at(0, firstBytes)
	if err != nil {
		return header{}, err
	}
	switch {
	case string(magic) == "\x7fELF":
		facts, err := readELF(w)
		if errors.Is(err, errNotELF) {
			return header{kind: plainFile}, nil
		}
		return header{kind: elfFile, elf: facts}, err
	case string(magic[:2]) == "#!":
		line, err := w.upTo(0, maxShebang)
		if err != nil {
			return header{}, err
		}
		line, _, _ = bytes.Cut(line[2:], []byte("\n"))
		return header{kind: scriptFile, shebang: strings.Trim(escape(string(line)), " \t")}, nil
	case string(magic[:2]) == "MZ":
		return sniffWindows(w)
	case isMac(magic):
		return header{kind: macFile}, nil
	}
	return header{kind: plainFile}, nil
}

// sniffWindows tells a Windows program from a text that starts with MZ: at 0x3c stands where its header is.
func sniffWindows(w *window) (header, error) {
	const where = 0x3c
	stub, err := w.at(where, 4)
	if err == nil {
		var sign []byte
		offset := uint64(stub[0]) | uint64(stub[1])<<8 | uint64(stub[2])<<16 | uint64(stub[3])<<24
		if sign, err = w.at(offset, 4); err == nil && string(sign) == "PE\x00\x00" {
			return header{kind: windowsFile}, nil
		}
	}
	if errors.Is(err, errOutside) {
		err = nil
	}
	return header{kind: plainFile}, err
}

// isMac knows the thin formats of Mach-O; the fat one shares its number with Java classes.
func isMac(magic []byte) bool {
	switch string(magic) {
	case "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe":
		return true
	}
	return false
}

// escape writes bytes that are no text as \xNN, because what is kept of a layer is JSON.
func escape(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, text[i])
		} else {
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	return b.String()
}
