package localtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/moby/moby/api/types/jsonstream"
)

// counter reports how much went through it, at most ten times a second.
type counter struct {
	io.Writer
	n      int64
	last   time.Time
	report func(n int64, done bool)
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	if now := time.Now(); now.Sub(c.last) > 100*time.Millisecond {
		c.last = now
		c.report(c.n, false)
	}
	return n, err
}

// answer reads the engine's messages to their end; a failed load is a message, not a status code.
func answer(response io.ReadCloser) error {
	defer func() { _ = response.Close() }()
	decoder := json.NewDecoder(response)
	for {
		var message jsonstream.Message
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading the engine's answer: %w", err)
		}
		if message.Error != nil {
			return message.Error
		}
	}
}
