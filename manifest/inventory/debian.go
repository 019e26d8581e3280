package inventory

import (
	"bytes"
	"iter"
)

// readDebian reads dpkg's status file, or a part of it, as images without dpkg have one for each package.
// Its form is that of deb822(5): paragraphs of fields.
func readDebian(status []byte) []Package {
	var list []Package
	for paragraph := range bytes.SplitSeq(status, []byte("\n\n")) {
		p, installed := Package{Ecosystem: Debian}, true
		for field, value := range headerFields(paragraph) {
			switch string(field) {
			case "Package":
				p.Name = string(value)
			case "Version":
				p.Version = string(value)
			case "Architecture":
				p.Architecture = string(value)
			case "Status": // want, flag, state
				installed = bytes.HasSuffix(value, []byte(" installed"))
			}
		}
		if p.Name != "" && installed {
			list = append(list, p)
		}
		if len(list) > maxPackages {
			break // whoever counts them knows enough
		}
	}
	return list
}

// headerFields are the fields of a paragraph of "Name: value" lines, up to an empty one. Lines that go on are left
// out.
func headerFields(paragraph []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(field, value []byte) bool) {
		for line := range bytes.Lines(paragraph) {
			line = bytes.TrimRight(line, "\r\n")
			if len(line) == 0 {
				return
			}
			field, value, ok := bytes.Cut(line, []byte(":"))
			if !ok || line[0] == ' ' || line[0] == '\t' {
				continue
			}
			if !yield(field, bytes.TrimSpace(value)) {
				return
			}
		}
	}
}
