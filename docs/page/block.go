package page

import "strings"

// fence opens and closes a block.
const fence = "```"

// Block is a fenced block of a page.
type Block struct {
	Line     int    // of the page, of what opens it
	Language string // the first word behind the fence
	// Marks are the further words behind the fence, KEY=VALUE or KEY; no browser shows them.
	Marks map[string]string
	Lines []string
}

// Blocks are the fenced blocks of a page, in their order. One that is not closed goes to the end of the page.
func Blocks(text string) []Block {
	var (
		blocks []Block
		open   *Block
		indent int
	)
	for i, line := range strings.Split(text, "\n") {
		bare := strings.TrimLeft(line, " ")
		if !strings.HasPrefix(bare, fence) {
			if open != nil {
				open.Lines = append(open.Lines, line[min(indent, len(line)-len(bare)):])
			}
			continue
		}
		if open != nil {
			blocks, open = append(blocks, *open), nil
			continue
		}
		indent = len(line) - len(bare)
		open = &Block{Line: i + 1, Marks: map[string]string{}}
		for n, word := range strings.Fields(strings.TrimPrefix(bare, fence)) {
			if n == 0 {
				open.Language = word
				continue
			}
			key, value, _ := strings.Cut(word, "=")
			open.Marks[key] = value
		}
	}
	if open != nil {
		blocks = append(blocks, *open)
	}
	return blocks
}
