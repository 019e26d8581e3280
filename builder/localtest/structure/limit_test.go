package structure

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"gotest.tools/v3/assert"
)

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

// Nor is such an environment file.
func TestEnvFileLooksFirst(t *testing.T) {
	folder := t.TempDir()
	huge := filepath.Join(folder, "huge")
	assert.NilError(t, os.WriteFile(huge, nil, 0o600))
	assert.NilError(t, os.Truncate(huge, 3<<30))
	tests := filepath.Join(folder, "tests.yaml")
	for env, want := range map[string]string{os.DevNull: "is no regular file", huge: "more than 4194304"} {
		text := "schemaVersion: 2.0.0\ncontainerRunOptions: {envFile: " + env + "}\n" +
			"fileExistenceTests: [{name: a, path: /a}]\n"
		assert.NilError(t, os.WriteFile(tests, []byte(text), 0o600))
		_, err := Load(tests)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "envFile")
	}
}

// A path that leads through links without end is nothing a test finds: the test fails, not the run.
func TestLinkLoop(t *testing.T) {
	loop := func(name, target string) tar.Header {
		return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}
	}
	tree, err := ReadTree(t.Context(), []Layer{layerOf(t, compression.Gzip, loop("a", "b"), loop("b", "a"))})
	assert.NilError(t, err)
	problems, err := ContentTest{Path: "/a"}.Check(t.Context(), tree, Env{}, time.Minute)
	assert.NilError(t, err)
	assert.Equal(t, strings.Join(problems, "; "), `"/a": too many links: no content`)
	problems = ExistenceTest{Path: "/a/c"}.Check(tree, Env{})
	assert.Equal(t, strings.Join(problems, "; "), "/a/c is not in the image")
}

// A frame of zstd that asks for a window of 512 MiB is refused before that is made.
func TestZstdWindow(t *testing.T) {
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 19 << 3, 1, 0, 0}
	_, err := ReadTree(t.Context(), []Layer{func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(frame)), nil
	}})
	assert.ErrorContains(t, err, "window")
}
