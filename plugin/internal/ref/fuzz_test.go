package ref_test

import (
	"strings"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// FuzzParse holds that references are what the library takes them for, that they are the same when they are read again
// as they are shown, and that all others are bad input.
func FuzzParse(f *testing.F) {
	const hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	for _, seed := range []string{
		"app", "app:1", "r.example:5000/a/b:c", "app:1@sha256:" + hex, "app@sha256:" + hex, "oci-layout://x/y:1@sha256:" + hex,
		"oci-layout://C:\\x:1", "oci-layout://", "docker.io/library/app", "index.docker.io/app", hex, "", "A", "[::1]:5000/a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		image, err := ref.ParseImage(text)
		named, other := reference.ParseNormalizedNamed(text)
		assert.Equal(t, err == nil, other == nil, "%v: %v", err, other)
		if err != nil {
			assert.ErrorIs(t, err, failure.ErrUsage)
		} else {
			back, err := reference.ParseNormalizedNamed(reference.FamiliarName(named))
			if err != nil || back.Name() != named.Name() {
				return // docker.io/a.b/c is a.b/c to people, as the library has it, which is another registry
			}
			assert.Equal(t, image.Name.Name(), named.Name())
			again, err := ref.ParseImage(image.String())
			assert.NilError(t, err)
			assert.Equal(t, again.String(), image.String())
			assert.Equal(t, again.Name.Name(), image.Name.Name())
		}
		name, err := ref.ParseName(text)
		if err == nil {
			again, err := ref.ParseName(reference.FamiliarString(name))
			assert.NilError(t, err)
			assert.Equal(t, again.String(), name.String())
			assert.Assert(t, !image.IsDigest() && image.Ref == name.Tag())
		} else {
			assert.ErrorIs(t, err, failure.ErrUsage)
		}
		source, err := ref.ParseSource(text)
		switch {
		case err != nil:
			assert.ErrorIs(t, err, failure.ErrUsage)
		case strings.HasPrefix(text, "oci-layout://"):
			assert.Assert(t, source.Folder != "" && source.Image.Name == nil, "%+v", source)
		default:
			assert.Equal(t, source.Image.String(), image.String())
		}
	})
}
