package inventory

import (
	"bytes"
	"iter"
)

// paragraphs takes a text of paragraphs, between which there are empty lines, and has a package read from each.
type paragraphs struct {
	read func(paragraph []byte) (Package, bool)
	// most is how many packages are read: what comes behind them is passed over.
	most   int
	list   []Package
	kept   []byte
	inLine bool
}

// Write implements [io.Writer]. Of a paragraph that is larger than any, only its begin is kept.
func (p *paragraphs) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		if p.inLine || line[0] != '\n' {
			room := max(0, maxParagraph-len(p.kept))
			p.kept = append(p.kept, line[:min(len(line), room)]...)
		} else {
			p.end()
		}
		p.inLine = line[len(line)-1] != '\n'
	}
	return len(text), nil
}

// end reads the paragraph that was kept.
func (p *paragraphs) end() {
	if len(p.kept) > 0 && len(p.list) < p.most {
		if found, ok := p.read(p.kept); ok {
			p.list = append(p.list, found)
		}
	}
	p.kept = p.kept[:0]
}

// Packages implements [Teller].
func (p *paragraphs) Packages() ([]Package, bool) {
	p.end()
	return p.list, true
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
