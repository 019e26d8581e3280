package request

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/filesums"
)

// Each file of a context is hashed once, with its name and mode: the hash of the context is that of their hashes.
func TestContextIsHashedOnce(t *testing.T) {
	files := map[string]string{"Dockerfile": "FROM a\nCOPY . .\n", "a": "1", "b": "2"}
	folder := contextIn(t, files)
	all := sha256.New()
	for _, name := range []string{"Dockerfile", "a", "b"} {
		info, err := os.Lstat(filepath.Join(folder, name))
		assert.NilError(t, err)
		leaf := sha256.Sum256(fmt.Appendf(nil, "%q %o\n%s", name, info.Mode(), files[name]))
		all.Write(leaf[:])
	}
	want := hex.EncodeToString(all.Sum(nil))[:16]
	assert.Equal(t, described(t, Request{Context: folder}).Values[InputFiles], want)
}

// A file whose sum is known is not read, and one that was hashed while it was young is read again.
func TestContextOfKnownFiles(t *testing.T) {
	folder := contextIn(t, map[string]string{
		"Dockerfile": "FROM a\nCOPY . .\n", "large": strings.Repeat("a", 1<<20), "young": strings.Repeat("b", 1<<20),
	})
	kept := filesums.In(t.TempDir())
	r := Request{Context: folder, Sums: kept}
	truth := described(t, r).Values[InputFiles]
	assert.Equal(t, described(t, r).Values[InputFiles], truth)

	info, err := os.Lstat(filepath.Join(folder, "large"))
	assert.NilError(t, err)
	known := kept.Of(folder)
	known.Put("large", info, time.Now().Add(time.Hour), []byte("what is known of it"))
	assert.NilError(t, known.Keep())
	assert.Assert(t, described(t, r).Values[InputFiles] != truth, "the file was read though its sum is known")

	assert.NilError(t, os.WriteFile(filepath.Join(folder, "large"), []byte(strings.Repeat("a", 1<<20)), 0o600))
	assert.NilError(t, os.Chtimes(filepath.Join(folder, "large"), info.ModTime(), info.ModTime()))
	assert.Equal(t, described(t, r).Values[InputFiles], truth)
}

// What took the place of a file before it was opened, and gave it back, is not taken for the file later on.
func TestContextOfFilesInEachOthersPlace(t *testing.T) {
	large := strings.Repeat("a", 1<<20)
	folder := contextIn(t, map[string]string{"Dockerfile": "FROM a\nCOPY . .\n", "d/large": large})
	other := contextIn(t, map[string]string{"large": strings.Repeat("b", 1<<20)})
	r := Request{Context: folder, Sums: filesums.In(t.TempDir())}
	truth := described(t, Request{Context: folder}).Values[InputFiles]

	info, err := os.Lstat(filepath.Join(folder, "d", "large"))
	assert.NilError(t, err)
	swap := func(from, to string) { assert.NilError(t, os.Rename(from, to)) }
	swap(filepath.Join(folder, "d"), filepath.Join(folder, "aside"))
	swap(other, filepath.Join(folder, "d"))
	w := contextWalk{folder: folder, known: r.Sums.Of(folder), all: sha256.New(), list: newListing()}
	assert.NilError(t, w.read("d/large", info, time.Now().Add(time.Hour)))
	assert.NilError(t, w.known.Keep())
	swap(filepath.Join(folder, "d"), other)
	swap(filepath.Join(folder, "aside"), filepath.Join(folder, "d"))

	assert.Equal(t, described(t, r).Values[InputFiles], truth)
}
