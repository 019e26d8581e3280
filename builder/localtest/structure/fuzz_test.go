package structure

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"path"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"gotest.tools/v3/assert"
)

// plainLayer is an archive of one file of each kind.
func plainLayer(f *testing.F) []byte {
	f.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range []tar.Header{
		{Name: "a/b", Typeflag: tar.TypeReg, Size: 3, Mode: 0o644},
		{Name: "l", Linkname: "l", Typeflag: tar.TypeSymlink},
		{Name: "m", Linkname: "../../a/./b", Typeflag: tar.TypeSymlink},
		{Name: "h", Linkname: "none", Typeflag: tar.TypeLink},
		{Name: "a/.wh.b", Typeflag: tar.TypeReg},
		{Name: ".wh..wh..opq", Typeflag: tar.TypeReg},
		{Name: ".", Typeflag: tar.TypeReg},
		{Name: "/", Linkname: "/", Typeflag: tar.TypeSymlink},
	} {
		assert.NilError(f, w.WriteHeader(&h))
		_, err := w.Write([]byte("abc")[:h.Size])
		assert.NilError(f, err)
	}
	assert.NilError(f, w.Close())
	return b.Bytes()
}

// FuzzReadTree holds that the files of layers that others have made are a tree: it has a root, each file stands in a
// folder, no path leads out, and each can be looked up, and read, to an end.
func FuzzReadTree(f *testing.F) {
	layer := plainLayer(f)
	f.Add(layer, layer, "m")
	f.Add(layer, []byte{}, "l/l/l")
	f.Add([]byte("\x1f\x8b"), layer, "../a/b")
	f.Fuzz(func(t *testing.T, lower, upper []byte, name string) {
		var layers []Layer
		for _, raw := range [][]byte{lower, upper} {
			layers = append(layers, func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(raw)), nil
			})
		}
		tree, err := ReadTree(t.Context(), layers)
		if err != nil {
			return
		}
		for at := range tree.files.All() {
			assert.Assert(t, !path.IsAbs(at) && path.Clean(at) == at, "%q", at)
			_, err := tree.files.Find(at, false)
			assert.NilError(t, err)
			above, err := tree.files.Find(path.Dir(at), false)
			assert.Assert(t, err == nil && above.Mode.IsDir(), "%q is in no folder", at)
		}
		for _, follow := range []bool{false, true} {
			_, _ = tree.files.Find(name, follow)
		}
		text, err := tree.read(t.Context(), name)
		assert.Assert(t, err != nil || len(text) <= ContentLimit)
	})
}

// A whiteout that names no file would hide the folder it is in, or one above: engines do not unpack it.
func TestWhiteoutOfNoFile(t *testing.T) {
	for _, name := range []string{".wh.", "a/.wh..", "usr/bin/.wh..."} {
		_, err := ReadTree(t.Context(), []Layer{layerOf(t, compression.Uncompressed, file(name, "", 0o644))})
		assert.Check(t, err != nil && strings.Contains(err.Error(), "of no file"), "%s: %v", name, err)
	}
}
