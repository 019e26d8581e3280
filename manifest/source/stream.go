package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/content"
)

// keptReader reads bytes in memory.
type keptReader struct{ *bytes.Reader }

// Close implements io.Closer.
func (keptReader) Close() error { return nil }

// errNotInOrder means that a stream was read elsewhere than where it stands.
var errNotInOrder = errors.New("a stream is read from first byte to last")

// Stream is a blob that is read where it stands, unchecked, in the shape of a content.ReaderAt.
type Stream struct {
	stream io.Closer
	reader io.Reader
	at     int64
	size   int64
}

var _ content.ReaderAt = (*Stream)(nil)

// Through has what is still to be read pass through wrap.
func (r *Stream) Through(wrap func(io.Reader) io.Reader) { r.reader = wrap(r.reader) }

// ReadAt implements io.ReaderAt for reads that follow each other.
func (r *Stream) ReadAt(p []byte, off int64) (int, error) {
	if off != r.at {
		return 0, fmt.Errorf("reading at %d of %d: %w", off, r.at, errNotInOrder)
	}
	n, err := io.ReadFull(r.reader, p)
	r.at += int64(n)
	if err == io.ErrUnexpectedEOF { // that of ReadFull; one of the stream says who broke off
		err = io.EOF
	}
	return n, err
}

// Reader is what content.NewReader asks for: the stream itself.
func (r *Stream) Reader() io.Reader { return r.reader }

// Size implements content.ReaderAt.
func (r *Stream) Size() int64 { return r.size }

// Close implements io.Closer.
func (r *Stream) Close() error { return r.stream.Close() }
