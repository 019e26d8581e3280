package audit

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"gotest.tools/v3/assert"
)

// FuzzScanLayer holds that a layer of others is read within what it is allowed, that nothing in it leaves the root, and
// that what is kept of it is the same once it was kept.
func FuzzScanLayer(f *testing.F) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	w := tar.NewWriter(zip)
	for _, h := range []tar.Header{
		{Name: "../../etc/passwd", Typeflag: tar.TypeReg, Size: 4},
		{Name: "/a/./b//", Typeflag: tar.TypeDir},
		{Name: "l", Linkname: "../../x", Typeflag: tar.TypeSymlink},
		{Name: "h", Linkname: "l", Typeflag: tar.TypeLink},
		{Name: "a/.wh..wh..opq", Typeflag: tar.TypeReg},
		{Name: "a/.wh.b", Typeflag: tar.TypeReg},
		{Name: ".wh...", Typeflag: tar.TypeReg},
		{Name: "dev", Typeflag: tar.TypeChar},
		{Name: "\xff", Typeflag: tar.TypeReg},
	} {
		assert.NilError(f, w.WriteHeader(&h))
		_, err := w.Write([]byte("#!/x")[:h.Size])
		assert.NilError(f, err)
	}
	assert.NilError(f, w.Close())
	assert.NilError(f, zip.Close())
	f.Add(packed.Bytes())
	plain := bytes.Repeat([]byte{0}, 1024)
	f.Add(plain)
	f.Add([]byte("no layer"))
	const most = 1 << 20
	f.Fuzz(func(t *testing.T, raw []byte) {
		found, err := scanStream(t.Context(), bytes.NewReader(raw), allowance{left: most, most: most, subject: "it has"})
		if err != nil {
			_, exceeded := errors.AsType[*exceededError](err)
			assert.Assert(t, !exceeded || len(err.Error()) < 200, "%v", err)
			return
		}
		assert.Assert(t, found.Plain <= most && found.DiffID.Validate() == nil, "%d %s", found.Plain, found.DiffID)
		for _, e := range found.Entries {
			inside := e.Path == "" || path.Clean("/" + e.Path)[1:] == e.Path && !strings.HasPrefix(e.Path, "..")
			assert.Assert(t, inside && utf8.ValidString(e.Path+e.Names+e.Target), "%q", e)
		}
		kept, err := json.Marshal(found)
		assert.NilError(t, err)
		var again scan
		assert.NilError(t, json.Unmarshal(kept, &again))
		twice, err := json.Marshal(&again)
		assert.NilError(t, err)
		assert.Equal(t, string(twice), string(kept))
	})
}

// A whiteout that names no file would hide the folder it is in, or one above, from the audit; engines do not unpack it.
func TestWhiteoutOfNoFile(t *testing.T) {
	for _, name := range []string{".wh.", "a/.wh..", "usr/bin/.wh..."} {
		var layer bytes.Buffer
		w := tar.NewWriter(&layer)
		assert.NilError(t, w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg}))
		assert.NilError(t, w.Close())
		_, err := scanStream(t.Context(), &layer, allowance{left: 1 << 20, most: 1 << 20, subject: "it has"})
		assert.Check(t, err != nil && strings.Contains(err.Error(), "of no file"), "%s: %v", name, err)
	}
}
