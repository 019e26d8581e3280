package record

import (
	"strings"
	"unicode"
)

// maxPrintable bounds what a person can put into a record.
const maxPrintable = 200

// Printable is what a person typed, as it may stand in a record that is published: one line, and nothing in it that a
// terminal would obey.
func Printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > maxPrintable {
		text = string(runes[:maxPrintable])
	}
	return strings.TrimSpace(text)
}
