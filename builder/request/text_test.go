package request

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// archiveOf is a tar archive of files.
func archiveOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	for name, text := range files {
		header := &tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600, Typeflag: tar.TypeReg}
		assert.NilError(t, archive.WriteHeader(header))
		_, err := io.WriteString(archive, text)
		assert.NilError(t, err)
	}
	assert.NilError(t, archive.Close())
	return out.Bytes()
}

// packed is something in gzip.
func packed(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(body)
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	return out.Bytes()
}

// A Dockerfile is read wherever on this machine a build would find it.
func TestDockerfile(t *testing.T) {
	folder := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM one\n"), 0o600))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Other"), []byte("FROM two\n"), 0o600))
	archive := archiveOf(t, map[string]string{"a/b": "x", "./Dockerfile": "FROM three\n", "sub/File": "FROM four\n"})
	for _, tc := range []struct {
		name, context, file string
		stdin               []byte
		want, called        string
	}{
		{"in the context", folder, "", nil, "FROM one\n", filepath.Join(folder, "Dockerfile")},
		{"named", folder, filepath.Join(folder, "Other"), nil, "FROM two\n", filepath.Join(folder, "Other")},
		{"on standard input", folder, "-", []byte("FROM stdin\n"), "FROM stdin\n", "Dockerfile"},
		{"alone", "-", "", []byte("FROM stdin\n"), "FROM stdin\n", "Dockerfile"},
		{"in an archive", "-", "", archive, "FROM three\n", "Dockerfile"},
		{"in a packed archive", "-", "sub/File", packed(t, archive), "FROM four\n", "sub/File"},
		{"named in an archive", "-", "./sub/File", archive, "FROM four\n", "sub/File"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			called, text, err := Request{Context: tc.context, File: tc.file, Stdin: bytes.NewReader(tc.stdin)}.Dockerfile()
			assert.NilError(t, err)
			assert.Equal(t, string(text), tc.want)
			assert.Equal(t, called, tc.called)
		})
	}
}

// What cannot be read is told in a line.
func TestDockerfileNotRead(t *testing.T) {
	archive := archiveOf(t, map[string]string{"Dockerfile": "FROM three\n"})
	large := strings.NewReader(strings.Repeat("# x\n", maxDockerfile/4+1))
	for _, tc := range []struct {
		name string
		r    Request
		want string
		is   error
	}{
		{"elsewhere", Request{Context: "https://u:p@example.com/a.git"}, "not on this machine", ErrElsewhere},
		{"nothing on standard input", Request{Context: "-"}, "there is nothing on standard input", errdefs.ErrInput},
		{
			"not in the archive",
			Request{Context: "-", File: "X", Stdin: bytes.NewReader(archive)},
			`there is no "X" in it`, errdefs.ErrInput,
		},
		{
			"a damaged archive",
			Request{Context: "-", Stdin: bytes.NewReader(packed(t, archive)[:40])},
			"reading the archive on standard input", errdefs.ErrInput,
		},
		{"too large", Request{Context: "-", Stdin: large}, "larger than 16777216 bytes", errdefs.ErrInput},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := tc.r.Dockerfile()
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorIs(t, err, tc.is)
			assert.Assert(t, !strings.Contains(err.Error(), "u:p"))
		})
	}
}
