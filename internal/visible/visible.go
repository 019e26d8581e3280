// Package visible makes text of others (a registry, an image, a file, a test) fit to be shown: it alone knows which
// characters a terminal would obey, or a reader would not see.
package visible

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// most is how many bytes of one text a line shows, and atEnd how many of them are its last.
const (
	most  = 1 << 10
	atEnd = most / 3
)

// Line makes text fit for a part of one line: what is not visible is written as an escape, line breaks and tabs too,
// and what is too long loses its middle.
func Line(text string) string { return cut(escape(text, "")) }

// Whole is Line of which nothing is cut.
func Whole(text string) string { return escape(text, "") }

// Block is Line for text of several lines: line breaks and tabs stay, and nothing is cut.
func Block(text string) string {
	return escape(strings.ReplaceAll(text, "\r\n", "\n"), "\n\t")
}

// JSON writes in a document of JSON what is not visible as JSON does: it says the same.
func JSON(body []byte) []byte {
	text := string(body)
	if strings.IndexFunc(text, hidden) < 0 {
		return body
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune("\n\t\r", r) || !hidden(r):
			b.WriteRune(r)
		case r > maxShort:
			high, low := surrogates(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return []byte(b.String())
}

// cut leaves out the middle of text that is too long: what is wrong is often said at its end.
func cut(text string) string {
	if len(text) <= most {
		return text
	}
	head, tail := most-atEnd, len(text)-atEnd
	for head > 0 && !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	return text[:head] + " … " + text[tail:]
}

// maxShort is the last character that four digits can write.
const maxShort = 0xffff

// surrogates are the two halves that JSON writes a character beyond maxShort with.
func surrogates(r rune) (high, low rune) {
	const first, second, bits, half = 0xd800, 0xdc00, 10, 0x3ff
	r -= maxShort + 1
	return first + r>>bits, second + r&half
}

// hidden tells of characters that a terminal would obey or nobody would see: controls (C0, DEL, C1), what turns text
// around, ends a line, has no width, or is no character.
func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), unicode.In(r, unicode.Zl, unicode.Zp, unicode.Cf):
		return true
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0: // letters without ink
		return true
	}
	return unicode.Is(unicode.Noncharacter_Code_Point, r)
}

// escape writes what is hidden as Go does, and bytes that are no text too; what is in keep stays.
func escape(text, keep string) string {
	if utf8.ValidString(text) && strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case !hidden(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		default:
			b.WriteString(escaped(r))
		}
		i += size
	}
	return b.String()
}

// escaped is one character as it is written.
func escaped(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf || r <= unicode.MaxLatin1:
		return fmt.Sprintf(`\x%02x`, r)
	case r > maxShort:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
