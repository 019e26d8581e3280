package trial

import (
	"context"
	"io"
	"sync/atomic"
)

// countedArchive counts what is written of an archive.
type countedArchive struct{ bytes atomic.Int64 }

// over counts what an archive's own way of writing writes.
func (c *countedArchive) over(write func(context.Context, io.Writer) error) func(context.Context, io.Writer) error {
	return func(ctx context.Context, w io.Writer) error { return write(ctx, countedWriter{w, c}) }
}

// countedWriter is a writer of a counted archive.
type countedWriter struct {
	io.Writer
	counted *countedArchive
}

// Write implements io.Writer.
func (w countedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.counted.bytes.Add(int64(n))
	return n, err
}
