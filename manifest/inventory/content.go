package inventory

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// firstBytes is how much of a file tells what it is.
const firstBytes = 512

// content reads a regular file: what it is, its hash, and the packages it tells of.
func (s *scanning) content(file *File, body io.Reader) error {
	if s.body.Reader = body; file.Size > s.body.most-s.body.read.Load() {
		return s.body.beyond // a file with holes may say it is larger than all disks
	}
	first := s.buffer[:firstBytes]
	n, err := io.ReadFull(&s.body, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	first = first[:n]
	file.Form, file.Machine = FormOf(file.Path, first), machineOf(first)
	hash := sha256.New()
	into := []io.Writer{hash}
	var text *bytes.Buffer
	if s.fold != nil && file.Form == Text && file.Size <= maxText {
		text = bytes.NewBuffer(s.text[:0])
		into = append(into, text)
	}
	teller := s.tellers.Of(file)
	if teller != nil {
		into = append(into, teller)
	}
	all := io.MultiWriter(into...)
	if _, err := all.Write(first); err != nil {
		return err
	}
	if _, err := io.CopyBuffer(all, struct{ io.Reader }{&s.body}, s.buffer); err != nil {
		return err
	}
	hash.Sum(file.Sum[:0])
	if text != nil {
		s.text = text.Bytes()
		s.foldText(file)
	}
	if teller == nil {
		return nil
	}
	told, known := teller.Packages()
	if !known {
		s.scan.unknown[file] = true
	}
	return s.keep(file, told)
}

// foldText notes the hash of a text without the names of machines, if it has some.
func (s *scanning) foldText(file *File) {
	if folded := sha256.Sum256(s.fold(s.text)); folded != file.Sum {
		file.Folded = &folded
	}
}

// keep notes what a file tells is installed.
func (s *scanning) keep(file *File, told []Package) error {
	if s.total.packages.Add(int64(len(told))) > maxPackages {
		return beyond("more than %d packages are installed", maxPackages)
	}
	names := 0
	for i := range told {
		told[i].Path = file.Path
		names += len(told[i].Name) + len(told[i].Version) + len(told[i].Architecture)
	}
	if err := s.total.add(0, names); err != nil {
		return err
	}
	if len(told) > 0 {
		s.scan.packages[file] = told
	}
	return nil
}

// machineOf reads the header of an ELF file.
func machineOf(first []byte) uint16 {
	const dataAt, bigEndian, machineAt, headBytes = 5, 2, 18, 20
	switch {
	case len(first) < headBytes || !strings.HasPrefix(string(first), "\x7fELF"):
		return 0
	case first[dataAt] == bigEndian:
		return binary.BigEndian.Uint16(first[machineAt:])
	}
	return binary.LittleEndian.Uint16(first[machineAt:])
}

// FormOf tells what a file is by its first bytes.
func FormOf(path string, first []byte) Form {
	for _, magic := range []string{
		"\x7fELF", "MZ", "\x00asm", "!<arch>\n",
		"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe",
	} {
		if strings.HasPrefix(string(first), magic) {
			return Program
		}
	}
	switch {
	case strings.HasSuffix(path, ".pyc"), bytes.HasPrefix(first, []byte{0xca, 0xfe, 0xba, 0xbe}):
		return Bytes
	case isText(first):
		return Text
	}
	return Data
}

// isText tells whether the beginning of a file is text in UTF-8; its last character may be cut.
func isText(first []byte) bool {
	if bytes.IndexByte(first, 0) >= 0 {
		return false
	}
	for len(first) > 0 {
		r, size := utf8.DecodeRune(first)
		if r == utf8.RuneError && size == 1 && len(first) >= utf8.UTFMax {
			return false
		}
		first = first[size:]
	}
	return true
}
