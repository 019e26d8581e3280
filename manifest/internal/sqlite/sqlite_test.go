package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/internal/sqlite"
)

// rows is a database of 300 rows over many pages, as the sqlite3 module of Python writes it: integers of every width,
// texts, and values that go on over further pages.
func rows(tb testing.TB) []byte {
	tb.Helper()
	body, err := os.ReadFile("testdata/rows.sqlite")
	assert.NilError(tb, err)
	return body
}

func TestRows(t *testing.T) {
	body := rows(t)
	n := 0
	power := []int64{1}
	for len(power) < 20 {
		power = append(power, 7*power[len(power)-1])
	}
	for row, err := range sqlite.Rows(bytes.NewReader(body), int64(len(body)), "Rows") {
		assert.NilError(t, err)
		want := power[n%20]
		if n%2 == 1 {
			want = -want
		}
		assert.Equal(t, row[1], want)
		assert.Equal(t, row[2], fmt.Sprintf("row %d", n))
		blob, _ := row[3].([]byte)
		assert.Equal(t, len(blob), 7*n)
		assert.Assert(t, bytes.Count(blob, []byte{byte(n)}) == 7*n)
		n++
	}
	assert.Equal(t, n, 300)
}

func TestNoDatabase(t *testing.T) {
	body := rows(t)
	for name, damaged := range map[string][]byte{
		"empty": {}, "text": []byte("not one at all"), "cut": body[:3000], "header alone": body[:100],
	} {
		var failed error
		for _, err := range sqlite.Rows(bytes.NewReader(damaged), int64(len(damaged)), "Rows") {
			failed = err
		}
		assert.Check(t, failed != nil, name)
	}
	var failed error
	for _, err := range sqlite.Rows(bytes.NewReader(body), int64(len(body)), "Elsewhere") {
		failed = err
	}
	assert.ErrorIs(t, failed, sqlite.ErrFormat)
}

// Whatever a file says, reading it ends, and takes no more memory than the file has bytes.
func FuzzRows(f *testing.F) {
	f.Add(rows(f))
	f.Fuzz(func(_ *testing.T, body []byte) {
		for _, err := range sqlite.Rows(bytes.NewReader(body), int64(len(body)), "Rows") {
			if err != nil {
				return
			}
		}
	})
}
