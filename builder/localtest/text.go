package localtest

import (
	"bytes"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// tail returns the last lines of what a test wrote, fit for a terminal.
func tail(streams ...[]byte) string {
	const most = 4 << 10
	text := bytes.TrimSpace(bytes.Join(streams, nil))
	if len(text) > most {
		text = append([]byte("… "), container.WholeTail(text[len(text)-most:])...)
	}
	return clean(text)
}

// clean makes text of others fit for a terminal, in its own lines.
func clean(text []byte) string { return visible.Block(string(text)) }
