package visible

import (
	"bytes"
	"regexp"
	"strings"
)

// Output is what a program wrote, in its own lines: without colours, with a new line where it went back to the start of
// one, and no end of a line at its own end.
func Output(data []byte) string { return strings.TrimRight(Written(data), "\n") }

// Written is Output for a part of what a program writes, whose end stays.
func Written(data []byte) string {
	data = regexp.MustCompile("\x1b\\[[0-9;]*[mK]").ReplaceAll(data, nil)
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return Block(string(bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))))
}
