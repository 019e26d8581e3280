package structure

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"

	"github.com/docker-multiplat/docker-multiplat/internal/overlay"
	"github.com/docker-multiplat/docker-multiplat/internal/packed"
)

// errFound ends a walk early.
var errFound = errors.New("found")

// walk calls visit for every file of a layer. Bytes beyond what a layer of its size unpacks to are added to excess.
func walk(ctx context.Context, layer Layer, excess *int64, visit func(*tar.Header, io.Reader) error) error {
	blob, err := layer(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = blob.Close() }()
	raw := &limited{Reader: contextReader{Reader: blob, ctx: ctx}}
	plain, err := packed.Reader(raw)
	if err != nil {
		return err
	}
	defer func() { _ = plain.Close() }()
	unpacked := &limited{Reader: contextReader{Reader: plain, ctx: ctx}, packed: raw, before: *excess}
	defer func() { *excess += max(0, unpacked.count.Load()-maxRatio*raw.count.Load()) }()
	archive := tar.NewReader(unpacked)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(header, archive); errors.Is(err, errFound) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

const (
	// The layers together may be decompressed to maxPlain bytes, and maxRatio for every byte they have.
	maxPlain = 2 << 30
	maxRatio = 100
)

// limited counts bytes, and ends with an error when they are too many for those they were packed in.
type limited struct {
	io.Reader
	count  atomic.Int64
	packed *limited
	// before is how many bytes the layers before have had too many.
	before int64
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if count := l.count.Add(int64(n)); l.packed != nil && count > maxPlain-l.before+maxRatio*l.packed.count.Load() {
		return 0, fmt.Errorf("%w: more than %d bytes when it is decompressed", overlay.ErrLimit, l.count.Load()-int64(n))
	}
	return n, err
}

// contextReader ends with the error of its context.
type contextReader struct {
	io.Reader
	ctx context.Context
}

// Read implements io.Reader.
func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// ContentLimit is the largest file a content test looks into, in bytes.
const ContentLimit = 64 << 20

// read returns the content of a file.
func (t *Tree) read(ctx context.Context, name string) (string, error) {
	e, err := t.files.Find(name, true)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %w", err, errNoFile)
	}
	if err != nil {
		return "", err
	}
	if !e.Mode.IsRegular() {
		return "", fmt.Errorf("%q is no file: %w", name, errNoFile)
	}
	var content strings.Builder
	excess, place := int64(0), int32(-1)
	err = walk(ctx, t.layers[e.Layer], &excess, func(header *tar.Header, r io.Reader) error {
		if place++; place != e.Place {
			return nil
		}
		if header.Size > ContentLimit {
			return fmt.Errorf("%q has %d bytes, more than %d: %w", name, header.Size, ContentLimit, errNoFile)
		}
		content.Grow(int(header.Size)) // what grows is there twice
		if _, err := io.Copy(&content, r); err != nil {
			return err
		}
		return errFound
	})
	return content.String(), err
}

// errNoFile says that a path is nothing a content test can look into.
var errNoFile = errors.New("no content")
