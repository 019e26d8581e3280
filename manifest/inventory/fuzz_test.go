package inventory_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// told is what is told of a file whose bytes come in pieces.
func told(t *testing.T, path string, body []byte, piece int) ([]inventory.Package, bool) {
	t.Helper()
	var tellers inventory.Tellers
	defer tellers.Close()
	var unpacked int64
	tellers.Unpacked = &unpacked
	teller := tellers.Of(&inventory.File{
		Path: path, Size: int64(len(body)), Mode: fs.FileMode(0o755), Form: inventory.Program,
	})
	if teller == nil {
		return nil, true
	}
	for rest := body; len(rest) > 0; {
		n, err := teller.Write(rest[:min(piece, len(rest))])
		if err != nil {
			return nil, false
		}
		rest = rest[n:]
	}
	list, known := teller.Packages()
	assert.Check(t, unpacked <= 16<<20, "%d bytes are unpacked", unpacked)
	return list, known
}

// FuzzTellers holds that what is told of the databases of packages that others have written is told the same however
// their bytes come in, that each package has a name, and that there are no more than there are bytes to name them.
func FuzzTellers(f *testing.F) {
	for _, seed := range []string{
		"Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\n", "P:musl\nV:1.2\nA:x86_64\n\nP:a\n",
		"Metadata-Version: 2.1\nName: x\nVersion: 1\n\nName: y\n", `{"name": "x", "version": "1"}`,
		"\xff Go buildinf:\x08\x02", "RpmP\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00", "SQLite format 3\x00",
	} {
		f.Add([]byte(seed), uint8(0), uint16(7))
	}
	var jar bytes.Buffer
	w := zip.NewWriter(&jar)
	for name, text := range map[string]string{
		"META-INF/MANIFEST.MF": "Implementation-Version: 1\n", "META-INF/maven/a/b/pom.properties": "artifactId=b\nversion=2\n",
		"lib/c-3.jar": "",
	} {
		entry, err := w.Create(name)
		assert.NilError(f, err)
		_, err = entry.Write([]byte(text))
		assert.NilError(f, err)
	}
	assert.NilError(f, w.Close())
	f.Add(jar.Bytes(), uint8(5), uint16(512))
	f.Fuzz(func(t *testing.T, body []byte, kind uint8, piece uint16) {
		paths := []string{
			"var/lib/dpkg/status", "lib/apk/db/installed", "usr/share/rpm/rpmdb.sqlite", "a.dist-info/METADATA",
			"node_modules/a/package.json", "a-1.jar", "bin/app", "usr/lib/sysimage/rpm/Packages.db",
		}
		path := paths[int(kind)%len(paths)]
		list, known := told(t, path, body, len(body)+1)
		again, knownToo := told(t, path, body, int(piece)%1024+1)
		assert.Equal(t, known, knownToo)
		assert.DeepEqual(t, list, again)
		assert.Assert(t, len(list) <= len(body)+1, "%d packages in %d bytes", len(list), len(body))
		for _, p := range list {
			assert.Assert(t, p.Name != "" || path == "a-1.jar", "%q", list)
		}
	})
}

// A whiteout that names no file would hide the folder it is in, or one above: engines do not unpack it.
func TestWhiteoutOfNoFile(t *testing.T) {
	for _, name := range []string{".wh.", "a/.wh..", "usr/bin/.wh..."} {
		_, err := read(t, file(name, ""))
		assert.Check(t, errors.Is(err, inventory.ErrLayer), "%s: %v", name, err)
	}
}
