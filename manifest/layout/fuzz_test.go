package layout_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
)

// FuzzResolve holds that of a folder which others have written only what is in it is taken, and that its bytes are those
// that their digest names.
func FuzzResolve(f *testing.F) {
	body := []byte(`{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageManifest + `"}`)
	dgst := digest.FromBytes(body)
	entry := `{"mediaType":"` + ocispec.MediaTypeImageManifest + `","digest":"` + dgst.String() + `","size":` +
		string(must(f, len(body)))
	f.Add([]byte(`{"imageLayoutVersion":"1.0.0"}`), []byte(`{"manifests":[`+entry+`,"annotations":{"`+
		ocispec.AnnotationRefName+`":"1"}}]}`), body, "1")
	f.Add(
		[]byte(`{"imageLayoutVersion":"1.0.0"}`),
		[]byte(`{"manifests":[{"digest":"sha256:../../../etc/passwd"}]}`),
		body,
		"",
	)
	f.Add([]byte(`{"imageLayoutVersion":"1.0.0"}`), []byte(`{"manifests":[{"digest":"x"},{}]}`), body, "x@y")
	f.Add([]byte(`{}`), []byte(`{"manifests":[],"Manifests":[null]}`), body, dgst.String())
	root := f.TempDir()
	blobs := filepath.Join(root, ocispec.ImageBlobsDir, "sha256")
	assert.NilError(f, os.MkdirAll(blobs, 0o700))
	f.Fuzz(func(t *testing.T, header, index, blob []byte, name string) {
		file := filepath.Join(blobs, dgst.Encoded())
		for path, text := range map[string][]byte{
			filepath.Join(root, ocispec.ImageLayoutFile): header, filepath.Join(root, ocispec.ImageIndexFile): index, file: blob,
		} {
			assert.NilError(t, os.WriteFile(path, text, 0o600))
		}
		found, err := layout.Open(root)
		if err != nil {
			assert.ErrorIs(t, err, layout.ErrLayout)
			return
		}
		desc, read, err := found.Resolve(t.Context(), name)
		if err != nil {
			return
		}
		assert.Equal(t, desc.Digest, digest.FromBytes(read))
		assert.Equal(t, desc.Size, int64(len(read)))
		assert.Equal(t, string(read), string(blob))
	})
}

// must writes a value as JSON.
func must(f *testing.F, value any) []byte {
	f.Helper()
	text, err := json.Marshal(value)
	assert.NilError(f, err)
	return text
}
