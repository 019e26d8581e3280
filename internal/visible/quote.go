package visible

import (
	"fmt"
	"regexp"
	"strings"
)

// Quote writes a word so that a shell takes it as it is. One with characters that cannot be seen is written with their
// escapes, which the common shells read back.
func Quote(word string) string {
	switch {
	case regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`).MatchString(word):
		return word
	case escape(word, "") == word:
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for _, c := range []byte(word) {
		switch {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}
