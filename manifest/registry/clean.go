package registry

import (
	"fmt"
	"strings"
	"unicode"
)

// maxMessage is how much of a registry's own words is repeated, in runes.
const maxMessage = 512

// clean makes text of others fit for one line of a terminal: white space becomes
// one blank, control and formatting characters (escape sequences, text
// direction) are written as escapes, and what is too long is cut.
func clean(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if n++; n > maxMessage {
			b.WriteString("…")
			break
		}
		switch {
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
