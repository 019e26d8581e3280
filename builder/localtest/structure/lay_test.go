package structure

import (
	"archive/tar"
	"errors"
	"io/fs"
	"strings"
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
		file("etc/passwd", "first", 0o644), link("kept", "etc/passwd", tar.TypeLink), file("./etc/passwd", "second", 0o644),
		file("etc/passwd", "third", 0o644), file("a/b", "in a folder", 0o644), file("a", "a file", 0o644),
	}), map[string]string{"/etc/passwd": "third", "/kept": "first", "/a": "a file", "/a/b": ""})
}

// What is unpacked below a link lies where that leads, whichever layer the link is in.
func TestFilesBelowLinks(t *testing.T) {
	lower := []tar.Header{
		dir("usr/bin/"), file("usr/bin/sh", "old", 0o755), link("bin", "usr/bin", tar.TypeSymlink),
		link("up", "../usr/./bin/..", tar.TypeSymlink), link("nowhere", "made/deep", tar.TypeSymlink),
	}
	assertSays(t, treeOf(t, lower, []tar.Header{
		file("bin/sh", "new", 0o755), file("up/bin/more", "more", 0o755), file("nowhere/x", "x", 0o644),
		link("up/hard", "bin/sh", tar.TypeLink),
	}), map[string]string{
		"/usr/bin/sh": "new", "/usr/bin/more": "more", "/made/deep/x": "x", "/bin/sh": "new", "/usr/hard": "new",
	})
	// a folder takes the place of a link, as does a file
	assertSays(t, treeOf(t, lower, []tar.Header{dir("bin/"), file("bin/sh", "apart", 0o755), file("up", "file", 0o644)}),
		map[string]string{"/usr/bin/sh": "old", "/bin/sh": "apart", "/up": "file"})
}

// A whiteout removes what the layers below have, wherever it stands in its layer, and nothing else.
func TestWhiteoutsAnywhere(t *testing.T) {
	lower := []tar.Header{
		file("a/old", "old", 0o644), file("b/old", "old", 0o644), file("c/d/old", "old", 0o644),
		link("l", "c", tar.TypeSymlink),
	}
	assertSays(t, treeOf(t, lower, []tar.Header{
		file("a/new", "new", 0o644), file(".wh.a", "", 0), file("b/new", "new", 0o644), file("b/.wh..wh..opq", "", 0),
		file("l/.wh.d", "", 0), file("b/old/x", "x", 0o644),
	}), map[string]string{
		"/a/new": "new", "/a/old": "", "/b/new": "new", "/b/old/x": "x", "/c/d/old": "", "/l/d/old": "",
	})
}

// The header that is for all files of an archive is none of them.
func TestGlobalHeaderIsNoFile(t *testing.T) {
	global := tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "global", PAXRecords: map[string]string{"comment": "x"}}
	tree := treeOf(t, []tar.Header{global, file("a", "a", 0o644)})
	assertSays(t, tree, map[string]string{"/a": "a"})
	assert.Equal(t, len(tree.entries), 2)
}

// No file system has a name of so many folders; they would be looked up for minutes.
func TestNameOfManyFolders(t *testing.T) {
	for _, h := range []tar.Header{
		file(strings.Repeat("d/", 10_000)+"app", "", 0o644), link("l", strings.Repeat("d/", 10_000), tar.TypeSymlink),
	} {
		_, err := ReadTree(t.Context(), []Layer{layerOf(t, compression.Uncompressed, h)})
		assert.ErrorContains(t, err, "is longer than 4096 bytes")
	}
}
