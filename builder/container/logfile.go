package container

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/moby/moby/api/types/container"
)

const (
	// logSize and logFiles are what an engine keeps of a container's output, as JSON: the last files, so that not all is
	// gone whenever one is full.
	logSize  = 2_000_000
	logFiles = 5
	// entrySize is what a line takes in such a file besides its own characters.
	entrySize = len(`{"log":"","stream":"stdout","time":"2026-11-30T00:00:00.000000000Z"}`) + 1
)

// logConfig is how an engine keeps the output of a container.
func logConfig() container.LogConfig {
	return container.LogConfig{Type: "json-file", Config: map[string]string{
		"max-size": strconv.Itoa(logSize), "max-file": strconv.Itoa(logFiles),
	}}
}

// logFile counts what output takes in the files of an engine.
type logFile int

// Write implements [io.Writer].
func (f *logFile) Write(p []byte) (int, error) {
	const escaped, unprinted, unknown = 1, 5, 3 // \" and \u001b and \ufffd, which is what is no text
	for _, c := range p {
		switch {
		case c == '\n':
			*f += logFile(entrySize + escaped)
		case c == '"', c == '\\', c == '\r':
			*f += escaped
		case c < ' ', c == '<', c == '>', c == '&':
			*f += unprinted
		}
	}
	*f += logFile(len(p) + unknown*bytes.Count(p, []byte(string(utf8.RuneError))))
	return len(p), nil
}

// mayBeMissing begins what is said where an engine may have dropped output.
const mayBeMissing = "… what was written before may be missing"

// begin is a stream that says at its beginning what an engine may have dropped before.
func (f *logFile) begin(text []byte) []byte {
	if len(text) == 0 || *f < logSize*(logFiles-1) {
		return text
	}
	return slices.Concat(
		[]byte(mayBeMissing+": the engine keeps the last 8 MB of its log …\n"),
		text,
	)
}
