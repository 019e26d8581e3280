package request

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
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
