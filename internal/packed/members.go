package packed

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// members reads a gzip stream, which is one member after the other (RFC 1952, 2.2). The library takes one whose header
// is cut for the end, and engines refuse it.
type members struct {
	one  *gzip.Reader
	from *bufio.Reader
}

func newMembers(from *bufio.Reader) (io.ReadCloser, error) {
	reader, err := gzip.NewReader(from)
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", whole(err))
	}
	reader.Multistream(false)
	return &members{one: reader, from: from}, nil
}

// Read implements io.Reader.
func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.one.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		if n > 0 {
			return n, nil // the reader says so again
		}
		if _, err := m.from.Peek(1); err != nil {
			return 0, err
		}
		if err := m.one.Reset(m.from); err != nil {
			return 0, whole(err)
		}
		m.one.Multistream(false)
	}
}

// Close implements io.Closer.
func (m *members) Close() error { return m.one.Close() }

// whole makes an end within a header what it is: the stream was cut.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
