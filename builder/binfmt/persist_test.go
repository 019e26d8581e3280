package binfmt

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"testing"

	"gotest.tools/v3/assert"
)

func TestSelectFiles(t *testing.T) {
	var archive, out bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, name := range []string{"bin/", "bin/binfmt", "bin/qemu-arm", "bin/qemu-s390x"} {
		header := tar.Header{Name: name, Mode: 0o755, Typeflag: tar.TypeReg, Size: int64(len(name))}
		if name == "bin/" {
			header.Typeflag, header.Size = tar.TypeDir, 0
		}
		assert.NilError(t, w.WriteHeader(&header))
		if header.Size > 0 {
			_, err := io.WriteString(w, name)
			assert.NilError(t, err)
		}
	}
	assert.NilError(t, w.Close())
	assert.NilError(t, selectFiles(&archive, &out, []string{"binfmt", "qemu-arm"}))
	var names []string
	for r := tar.NewReader(&out); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		assert.NilError(t, err)
		text, err := io.ReadAll(r)
		assert.NilError(t, err)
		assert.Equal(t, string(text), header.Name)
		names = append(names, header.Name)
	}
	assert.DeepEqual(t, names, []string{"bin/binfmt", "bin/qemu-arm"})
}

func TestPersistenceCovers(t *testing.T) {
	p := Persistence{Architectures: []string{"arm64", "arm"}, Running: true}
	assert.Assert(t, p.Covers("arm64", "arm"))
	assert.Assert(t, !p.Covers("arm64", "s390x"))
	p.Running = false
	assert.Assert(t, !p.Covers("arm64"))
}
