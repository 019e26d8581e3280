package structure

import (
	"archive/tar"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"gotest.tools/v3/assert"
)

// Long paths are folders without end; a tree of them ends at a limit.
func TestReadTreeLimit(t *testing.T) {
	var headers []tar.Header
	for i := range 700 {
		headers = append(headers, file(fmt.Sprintf("%d/", i)+strings.Repeat("a/", 2040)+"f", "", 0o644))
	}
	_, err := ReadTree(t.Context(), []Layer{layerOf(t, compression.Gzip, headers...)})
	assert.Assert(t, errors.Is(err, ErrLimit), err)
}

// What is no regular file, or is too large, is not read as a test file.
func TestLoadLooksFirst(t *testing.T) {
	_, err := Load(os.DevNull)
	assert.ErrorContains(t, err, "is no regular file")
	path := filepath.Join(t.TempDir(), "tests.yaml")
	assert.NilError(t, os.WriteFile(path, nil, 0o600))
	assert.NilError(t, os.Truncate(path, 3<<30))
	_, err = Load(path)
	assert.ErrorContains(t, err, "more than 4194304")
}
