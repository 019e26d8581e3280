package packed

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"gotest.tools/v3/assert"
)

// packedAs compresses a text once, with a name in the header.
func packedAs(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Name, w.Comment = "name", "comment"
	_, err := io.WriteString(w, text)
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	return out.Bytes()
}

// A stream of several members is read to its end, and one that is cut anywhere in a further one, as engines refuse it, is
// no stream that ends there.
func TestFurtherMemberThatIsCut(t *testing.T) {
	first, second := packedAs(t, "one"), packedAs(t, "two")
	whole := append(bytes.Clone(first), second...)
	got, err := readSome(Reader(bytes.NewReader(whole)))
	assert.NilError(t, err)
	assert.Equal(t, string(got), "onetwo")
	for at := len(first) + 1; at < len(whole); at++ {
		_, err := readSome(Reader(bytes.NewReader(whole[:at])))
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "cut at %d of %d", at, len(whole))
	}
}
