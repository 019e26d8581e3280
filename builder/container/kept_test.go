package container_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// However a stream comes in pieces, its beginning and its end are kept, and what is missing is counted.
func TestKept(t *testing.T) {
	const limit = container.OutputLimit
	for _, size := range []int{0, 1, limit / 2, limit - 1, limit, limit + 1, 3*limit + 17} {
		for _, piece := range []int{997, limit / 2, 5 * limit} {
			var text []byte
			for i := 0; len(text) < size; i++ {
				text = fmt.Appendf(text, "zeile %d ä\n", i)
			}
			text = text[:size]
			var kept container.Kept
			for part := range slices.Chunk(text, piece) {
				n, err := kept.Write(part)
				assert.NilError(t, err)
				assert.Equal(t, n, len(part))
			}
			assert.Equal(t, kept.Written(), int64(size))
			got := kept.Bytes()
			assert.Check(t, len(got) <= limit)
			var again container.Kept
			_, err := again.Write(got)
			assert.NilError(t, err)
			assert.Check(t, bytes.Equal(again.Bytes(), got))
			if size <= limit {
				assert.Check(t, bytes.Equal(got, text))
				continue
			}
			head, note, tail := parted(t, string(got))
			whole := strings.HasPrefix(string(text), head) && strings.HasSuffix(string(text), tail)
			assert.Check(t, whole, "%d by %d", size, piece)
			assert.Check(t, is.Equal(note, fmt.Sprintf("%d bytes left out", size-len(head)-len(tail))))
		}
	}
}

// A text without lines is cut between characters.
func TestKeptWithoutLines(t *testing.T) {
	var kept container.Kept
	for _, text := range []string{"x", strings.Repeat("€", container.OutputLimit), "y"} {
		_, err := kept.Write([]byte(text))
		assert.NilError(t, err)
	}
	got := kept.Bytes()
	assert.Check(t, utf8.Valid(got) && len(got) > container.OutputLimit*9/10)
	head, _, tail := parted(t, string(got))
	assert.Check(t, strings.HasPrefix(head, "x€") && strings.HasSuffix(head, "€\n") && strings.HasPrefix(tail, "€"))
}

// What nobody has counted is not counted.
func TestKeptOfWhatWasLost(t *testing.T) {
	var kept container.Kept
	for _, text := range []string{"first\n", strings.Repeat("x\n", container.OutputLimit)} {
		_, err := kept.Write([]byte(text))
		assert.NilError(t, err)
	}
	kept.Lose()
	_, err := kept.Write([]byte("half a line\nlast\n"))
	assert.NilError(t, err)
	head, note, tail := parted(t, string(kept.Bytes()))
	assert.Check(t, strings.HasPrefix(head, "first\n"))
	assert.Check(t, is.Equal(tail, "last\n"))
	assert.Check(t, strings.HasPrefix(note, "at least ") && strings.HasSuffix(note, " bytes left out"))
}

// parted is the beginning, what is said between, and the end.
func parted(t *testing.T, text string) (head, note, tail string) {
	t.Helper()
	head, rest, _ := strings.Cut(text, "… ")
	note, tail, found := strings.Cut(rest, " …\n")
	assert.Assert(t, found)
	return head, note, tail
}
