package inventory

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/packed"
)

// verified has a layer read to its end and checks its digest. It returns the size of the layer when it is decompressed.
func (r Reader) verified(
	ctx context.Context, layer ocispec.Descriptor, total *totals, read func(archive *tar.Reader, body meter) error,
) (int64, error) {
	blob, err := r.Provider.ReaderAt(ctx, layer)
	if err != nil {
		return 0, err
	}
	defer blob.Close()
	verifier := layer.Digest.Verifier()
	source := &sourceReader{Reader: content.NewReader(blob), ctx: ctx}
	raw := io.TeeReader(io.LimitReader(source, layer.Size+1), verifier)
	plain, err := archive(ctx, raw, total, read)
	switch {
	case source.err != nil:
		return 0, source.err
	case errors.Is(err, ErrLimit) || ctx.Err() != nil:
		return 0, err
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrLayer, err)
	case source.read != layer.Size || !verifier.Verified():
		return 0, fmt.Errorf("%w: its bytes have another digest", ErrLayer)
	}
	return plain, nil
}

// archive has a compressed archive read, and reads what stands behind its end. Body bounds what is read of files: holes
// in them cost no byte of the archive.
func archive(
	ctx context.Context, raw io.Reader, total *totals, read func(archive *tar.Reader, body meter) error,
) (int64, error) {
	unpacked, err := packed.Reader(raw)
	if err != nil {
		return 0, err
	}
	defer unpacked.Close()
	tooMuch := beyond("the image has more than %d bytes when it is decompressed", total.most)
	metered := &meter{Reader: unpacked, ctx: ctx, read: &total.plain, most: total.most, beyond: tooMuch}
	body := meter{ctx: ctx, read: &total.bodies, most: total.most, beyond: tooMuch}
	if err := read(tar.NewReader(metered), body); err != nil {
		return 0, err
	}
	plain := metered.own
	behind := &meter{
		Reader: metered, ctx: ctx, read: &atomic.Int64{}, most: maxBehind,
		beyond: beyond("the layer has more than %d bytes behind the end of its archive", maxBehind),
	}
	if _, err := io.Copy(io.Discard, behind); err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, raw)
	return plain, err
}

// sourceReader counts what is read, and remembers why it ended: what is behind a provider may fail, and the bytes of
// the layer be right all the same.
type sourceReader struct {
	io.Reader
	ctx  context.Context
	read int64
	err  error
}

// Read implements io.Reader.
func (r *sourceReader) Read(p []byte) (n int, err error) {
	if err = r.ctx.Err(); err == nil {
		n, err = r.Reader.Read(p)
	}
	r.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}
