// Package packed reads layers as they are compressed, in bounded memory.
package packed

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	// magicBytes is how many bytes tell the format.
	magicBytes = 4
	readBuffer = 256 << 10
	// maxWindow bounds the memory a zstd layer can ask for; 128 MiB is what `zstd --ultra --long` makes at most.
	maxWindow = 128 << 20
)

// Reader tells how a layer is compressed by its first bytes, as engines do: media types are not to be relied on.
func Reader(raw io.Reader) (io.ReadCloser, error) {
	buffered := bufio.NewReaderSize(raw, readBuffer)
	magic, err := buffered.Peek(magicBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return newMembers(buffered)
	case isZstd(magic):
		decoder, err := zstd.NewReader(buffered, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, fmt.Errorf("decompressing: %w", err)
		}
		return decoder.IOReadCloser(), nil
	}
	return io.NopCloser(buffered), nil
}

// isZstd knows both kinds of frames; one to be skipped may come first (RFC 8878, 3.1.2).
func isZstd(magic []byte) bool {
	if len(magic) < magicBytes {
		return false
	}
	skippable := magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18})
	return skippable || bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd})
}
