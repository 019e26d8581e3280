package structure

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"gotest.tools/v3/assert"
)

// layerOf is a layer of these files.
func layerOf(t *testing.T, how compression.Compression, headers ...tar.Header) Layer {
	t.Helper()
	var blob bytes.Buffer
	w, err := compression.CompressStream(&blob, how)
	assert.NilError(t, err)
	archive := tar.NewWriter(w)
	for _, header := range headers {
		content := header.Uname // the content of a file, for these tests
		header.Uname = ""
		header.Size = int64(len(content))
		assert.NilError(t, archive.WriteHeader(&header))
		_, err := io.WriteString(archive, content)
		assert.NilError(t, err)
	}
	assert.NilError(t, archive.Close())
	assert.NilError(t, w.Close())
	return func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(blob.Bytes())), nil
	}
}

func file(name, content string, mode int64) tar.Header {
	return tar.Header{Name: name, Uname: content, Mode: mode, Typeflag: tar.TypeReg, Uid: 7, Gid: 8}
}

func dir(name string) tar.Header { return tar.Header{Name: name, Mode: 0o755, Typeflag: tar.TypeDir} }

func link(name, target string) tar.Header {
	return tar.Header{Name: name, Linkname: target, Typeflag: tar.TypeSymlink, Mode: 0o777}
}

func hard(name, target string, mode int64) tar.Header {
	return tar.Header{Name: name, Linkname: target, Typeflag: tar.TypeLink, Mode: mode, Uid: 7, Gid: 8}
}

func exampleTree(t *testing.T) *Tree {
	t.Helper()
	tree, err := ReadTree(t.Context(), []Layer{
		layerOf(
			t,
			compression.Gzip,
			dir("usr/"),
			dir("usr/bin/"),
			file("usr/bin/sh", "shell", 0o755),
			link("bin", "usr/bin"),
			dir("gone/"),
			file("gone/a", "a", 0o644),
			dir("opaque/"),
			file("opaque/old", "old", 0o644),
			dir("etc/"),
			file("etc/conf", "lower", 0o600),
			dir("folder/"),
			file("folder/in", "in", 0o644),
			file("apart", "apart", 0o644),
		),
		layerOf(
			t,
			compression.Uncompressed,
			file(".wh.gone", "", 0),
			file("opaque/.wh..wh..opq", "", 0),
			file("opaque/new", "new", 0o644),
			file("folder", "a file now", 0o644),
			file("etc/.wh.nothing", "", 0),
		),
		layerOf(t, compression.Zstd, file("./etc/conf", "upper", 0o4750), hard("etc/hard", "etc/conf", 0o4750),
			hard("etc/lower", "usr/bin/sh", 0o755), link("loop", "/loop"),
			link("etc/up", "../etc/./conf"), file("implied/deep/x", "x", 0o644)),
	})
	assert.NilError(t, err)
	return tree
}

func TestTreeIsWhatAContainerSees(t *testing.T) {
	tree := exampleTree(t)
	for path, want := range map[string]string{
		"/usr/bin/sh": "shell", "/bin/sh": "shell", "/etc/conf": "upper", "/etc/hard": "upper", "/etc/lower": "shell",
		"/etc/up": "upper", "/opaque/new": "new", "/folder": "a file now", "/implied/deep/x": "x", "/apart": "apart",
		"/etc/../bin/./sh": "shell",
	} {
		got, err := tree.read(t.Context(), path)
		assert.NilError(t, err, path)
		assert.Equal(t, got, want, path)
	}
	for _, path := range []string{"/gone", "/gone/a", "/opaque/old", "/folder/in", "/loop", "/bin", "/", "/nothing"} {
		_, err := tree.read(t.Context(), path)
		assert.Assert(t, err != nil, path)
	}
}

func TestReadTreeEndsWithItsContext(t *testing.T) {
	layer := layerOf(t, compression.Uncompressed, file("a", "a", 0o644))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := ReadTree(ctx, []Layer{layer})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestExistence(t *testing.T) {
	tree := exampleTree(t)
	no, seven, nine := false, 7, 9
	for _, tc := range []struct {
		name string
		test ExistenceTest
		want []string
	}{
		{"there", ExistenceTest{Path: "/bin/sh"}, nil},
		{"by a variable", ExistenceTest{Path: "$ROOT/bin/sh"}, nil},
		{"not there", ExistenceTest{Path: "/gone/a"}, []string{"/gone/a is not in the image"}},
		{"rightly not there", ExistenceTest{Path: "/gone/a", ShouldExist: &no}, nil},
		{"wrongly there", ExistenceTest{Path: "/bin/sh", ShouldExist: &no}, []string{"/bin/sh is in the image"}},
		{"a link is a link", ExistenceTest{Path: "/bin", Permissions: "Lrwxrwxrwx"}, nil},
		{"a folder", ExistenceTest{Path: "/usr", Permissions: "drwxr-xr-x", IsExecutableBy: "other"}, nil},
		{"set user ID", ExistenceTest{Path: "/etc/conf", Permissions: "urwxr-x---"}, nil},
		{"other permissions", ExistenceTest{Path: "/apart", Permissions: "-rwxr-xr-x"}, []string{"/apart has permissions -rw-r--r--, not -rwxr-xr-x"}},
		{"owners", ExistenceTest{Path: "/apart", UID: &seven, GID: &nine}, []string{"/apart belongs to group 8, not 9"}},
		{"other owner", ExistenceTest{Path: "/apart", UID: &nine}, []string{"/apart belongs to user 7, not 9"}},
		{"executable", ExistenceTest{Path: "/etc/conf", IsExecutableBy: "group"}, nil},
		{"not executable", ExistenceTest{Path: "/etc/conf", IsExecutableBy: "other"}, []string{"/etc/conf is not executable by other: urwxr-x---"}},
		{"executable by nobody", ExistenceTest{Path: "/apart", IsExecutableBy: "any"}, []string{"/apart is not executable by any: -rw-r--r--"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.DeepEqual(t, tc.test.Check(tree, Env{"ROOT": "/usr"}), tc.want)
		})
	}
}

func TestContent(t *testing.T) {
	tree := exampleTree(t)
	for _, tc := range []struct {
		test ContentTest
		want []string
	}{
		{ContentTest{Path: "/etc/conf", ExpectedContents: []string{"^up", "per$"}, ExcludedContents: []string{"low"}}, nil},
		{ContentTest{Path: "/etc/conf", ExpectedContents: []string{"low"}, ExcludedContents: []string{"up"}}, []string{`/etc/conf does not match "low"`, `/etc/conf matches "up"`}},
		{ContentTest{Path: "/gone/a"}, []string{"/gone/a is not in the image"}},
		{ContentTest{Path: "/usr"}, []string{`"/usr" is no file: no content`}},
	} {
		got, err := tc.test.Check(t.Context(), tree, nil, time.Minute)
		assert.NilError(t, err)
		assert.DeepEqual(t, got, tc.want)
	}
}
