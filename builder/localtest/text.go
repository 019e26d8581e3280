package localtest

import (
	"bytes"
	"fmt"
	"strings"
)

// tail returns the last lines of what a test wrote, fit for a terminal.
func tail(streams ...[]byte) string {
	const most = 4 << 10
	text := bytes.TrimSpace(bytes.Join(streams, nil))
	if len(text) > most {
		text = append([]byte("… "), text[len(text)-most:]...)
	}
	return clean(text)
}

// clean shows control characters instead of sending them to a terminal.
func clean(text []byte) string {
	var b strings.Builder
	for _, r := range string(text) {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f || (r >= 0x80 && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069):
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
