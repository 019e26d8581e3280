package localtest

import (
	"bytes"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// capped takes everything and keeps the first [container.OutputLimit] bytes.
type capped struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (c *capped) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.buf.Write(p[:min(len(p), container.OutputLimit-c.buf.Len())]) // a bytes.Buffer does not fail
	return len(p), nil
}

func (c *capped) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.buf.Bytes())
}
