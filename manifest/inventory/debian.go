package inventory

import (
	"bytes"
	"iter"
	"strings"
)

// readDebian reads dpkg's status file, or a part of it, as images without dpkg have one for each package.
// Its form is that of deb822(5): paragraphs of fields.
func readDebian(status []byte) []Package {
	var list []Package
	for paragraph := range bytes.SplitSeq(status, []byte("\n\n")) {
		p, installed := Package{Ecosystem: Debian}, true
		for field, value := range headerFields(paragraph) {
			switch field {
			case "Package":
				p.Name = value
			case "Version":
				p.Version = value
			case "Architecture":
				p.Architecture = value
			case "Status": // want, flag, state
				installed = strings.HasSuffix(value, " installed")
			}
		}
		if p.Name != "" && installed {
			list = append(list, p)
		}
	}
	return list
}

// headerFields are the fields of a paragraph of "Name: value" lines, up to an empty one. Lines that go on are left
// out.
func headerFields(paragraph []byte) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for line := range bytes.Lines(paragraph) {
			line = bytes.TrimRight(line, "\r\n")
			if len(line) == 0 {
				return
			}
			field, value, ok := bytes.Cut(line, []byte(":"))
			if !ok || line[0] == ' ' || line[0] == '\t' {
				continue
			}
			if !yield(string(field), string(bytes.TrimSpace(value))) {
				return
			}
		}
	}
}
