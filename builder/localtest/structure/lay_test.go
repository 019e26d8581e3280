package structure

import (
	"archive/tar"
	"errors"
	"io/fs"
	"testing"

	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"gotest.tools/v3/assert"
)

// treeOf lays layers over each other.
func treeOf(t *testing.T, layers ...[]tar.Header) *Tree {
	t.Helper()
	var read []Layer
	for _, headers := range layers {
		read = append(read, layerOf(t, compression.Uncompressed, headers...))
	}
	tree, err := ReadTree(t.Context(), read)
	assert.NilError(t, err)
	return tree
}

// assertSays checks what files say; of those with no text there is none.
func assertSays(t *testing.T, tree *Tree, want map[string]string) {
	t.Helper()
	for path, text := range want {
		got, err := tree.read(t.Context(), path)
		if text == "" {
			assert.Check(t, errors.Is(err, fs.ErrNotExist), "%s: %q, %v", path, got, err)
			continue
		}
		assert.Check(t, err, path)
		assert.Check(t, got == text, "%s: %q, not %q", path, got, text)
	}
}

// A layer may have a name twice: a container sees the last, and what a hard link to the first has kept.
func TestNameThatComesTwice(t *testing.T) {
	assertSays(t, treeOf(t, []tar.Header{
		file("etc/passwd", "first", 0o644), hard("kept", "etc/passwd", 0o644), file("./etc/passwd", "second", 0o644),
		file("etc/passwd", "third", 0o644), file("a/b", "in a folder", 0o644), file("a", "a file", 0o644),
	}), map[string]string{"/etc/passwd": "third", "/kept": "first", "/a": "a file", "/a/b": ""})
}

// What is unpacked below a link of its own layer lies where that leads; a link of a layer below makes place for a folder,
// as engines have it.
func TestFilesBelowLinks(t *testing.T) {
	usr := []tar.Header{
		dir("usr/bin/"), file("usr/bin/sh", "old", 0o755), link("bin", "usr/bin"),
		file("bin/more", "more", 0o755),
	}
	assertSays(t, treeOf(t, usr), map[string]string{"/usr/bin/more": "more", "/bin/sh": "old"})
	assertSays(t, treeOf(t, usr, []tar.Header{file("bin/sh", "new", 0o755)}), map[string]string{
		"/usr/bin/sh": "old", "/bin/sh": "new", "/bin/more": "",
	})
}
