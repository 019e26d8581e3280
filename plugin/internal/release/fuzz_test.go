package release

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// FuzzMetadataFile holds that of what other machines, or buildx, have written each image is named by a digest, and all
// else is bad input.
func FuzzMetadataFile(f *testing.F) {
	const hex = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	for _, seed := range []string{
		`{"containerimage.digest":"` + hex + `","image.name":"a/b:1,a/b:2","platforms":[{"platform":"linux/arm64"}]}`,
		`{"a":{"containerimage.digest":"` + hex + `","repository":"r.example/a"},"buildx.build.warnings":[]}`,
		`{"containerimage.digest":"sha256:x","repository":"a"}`, `{"containerimage.digest":"` + hex + `","repository":"A B"}`,
		`[]`, `{}`, `null`, `{"a":null}`,
	} {
		f.Add([]byte(seed))
	}
	file := filepath.Join(f.TempDir(), "metadata.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		assert.NilError(t, os.WriteFile(file, body, 0o600))
		places, err := readMetadataFiles([]string{file}, false)
		if err != nil {
			assert.ErrorIs(t, err, failure.ErrUsage)
			return
		}
		assert.Assert(t, json.Valid(body) && len(places) > 0)
		for _, place := range places {
			assert.Assert(t, place.Image.IsDigest() && place.Folder == "", "%+v", place)
		}
	})
}
