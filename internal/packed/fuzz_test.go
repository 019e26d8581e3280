package packed

import (
	"bytes"
	stdgzip "compress/gzip"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
	"gotest.tools/v3/assert"
)

// mostFuzzed is as much of a layer as is read here: what unpacks to more is for the meters of those who read it.
const mostFuzzed = 1 << 20

// FuzzReader holds that a layer is read as others read it: gzip as Go does, what is not compressed as it is.
func FuzzReader(f *testing.F) {
	var packed bytes.Buffer
	w := stdgzip.NewWriter(&packed)
	_, err := w.Write(bytes.Repeat([]byte("layer"), 1000))
	assert.NilError(f, err)
	assert.NilError(f, w.Close())
	f.Add(packed.Bytes())
	f.Add(append(bytes.Clone(packed.Bytes()), packed.Bytes()...)) // two members
	f.Add(append(bytes.Clone(packed.Bytes()), "behind"...))
	encoder, err := zstd.NewWriter(nil)
	assert.NilError(f, err)
	f.Add(encoder.EncodeAll(packed.Bytes(), nil))
	f.Add([]byte("\x50\x2a\x4d\x18\x01\x00\x00\x00x"))                            // a frame to be skipped
	f.Add([]byte("\x28\xb5\x2f\xfd\xe4\xff\xff\xff\xff\xff\xff\xff\x0f\x01\x00")) // of 2^60 bytes, it says
	f.Add([]byte("plain"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		read, failed := readSome(Reader(bytes.NewReader(raw)))
		switch {
		case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}):
			want, other := readSome(stdgzip.NewReader(bytes.NewReader(raw)))
			assert.Assert(t, (failed == nil) == (other == nil), "%v, and not %v", failed, other)
			if failed == nil {
				assert.Assert(t, bytes.Equal(read, want))
			}
		case !isZstd(raw[:min(len(raw), magicBytes)]):
			assert.NilError(t, failed)
			assert.Assert(t, bytes.Equal(read, raw[:min(len(raw), mostFuzzed)]))
		}
	})
}

// readSome reads a stream, but no more than mostFuzzed.
func readSome(from io.ReadCloser, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer from.Close()
	return io.ReadAll(io.LimitReader(from, mostFuzzed))
}
