package layout_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
)

// manifestBody is enough of a manifest to be read as one.
const manifestBody = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}`

// A folder that is no layout of the version that is understood is refused, and says why.
func TestOpenRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(t *testing.T, f folder)
		why    string
	}{
		"no oci-layout": {
			func(t *testing.T, f folder) {
				t.Helper()
				assert.NilError(t, os.Remove(filepath.Join(string(f), ocispec.ImageLayoutFile)))
			}, "no such file",
		},
		"another version": {
			func(t *testing.T, f folder) {
				t.Helper()
				f.write(t, ocispec.ImageLayoutFile, []byte(`{"imageLayoutVersion":"2.0.0"}`))
			}, `its version is "2.0.0", not "1.0.0"`,
		},
		"no index.json": {
			func(t *testing.T, f folder) {
				t.Helper()
				assert.NilError(t, os.Remove(filepath.Join(string(f), ocispec.ImageIndexFile)))
			}, "no such file",
		},
		"a broken index.json": {
			func(t *testing.T, f folder) {
				t.Helper()
				f.write(t, ocispec.ImageIndexFile, []byte(`{"manifests":[`))
			},
			"unexpected end of JSON",
		},
		"an index.json that is too large": {
			func(t *testing.T, f folder) {
				t.Helper()
				f.write(t, ocispec.ImageIndexFile, []byte(strings.Repeat(" ", 4<<20+1)))
			}, "more than 4194304",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			tc.change(t, f)
			_, err := layout.Open(string(f))
			assert.ErrorIs(t, err, layout.ErrLayout)
			assert.ErrorContains(t, err, tc.why)
			assert.ErrorContains(t, err, string(f))
		})
	}
}

// Tags are found by each of the annotations that tools write, alone or at the end of a whole name.
func TestResolveTag(t *testing.T) {
	f := newFolder(t)
	first := f.blob(t, ocispec.MediaTypeImageManifest, manifestBody)
	second := f.blob(t, ocispec.MediaTypeImageManifest, manifestBody+"\n")
	for name, named := range map[string]ocispec.Descriptor{
		"ref name":             tagged(second, ocispec.AnnotationRefName, "1.2"),
		"whole ref name":       tagged(second, ocispec.AnnotationRefName, "example.com/app:1.2"),
		"image name":           tagged(second, images.AnnotationImageName, "example.com/app:1.2"),
		"manifest with a port": tagged(second, images.AnnotationImageName, "localhost:5000/app:1.2"),
	} {
		t.Run(name, func(t *testing.T) {
			f.writeIndex(t, tagged(first, ocispec.AnnotationRefName, "1"), named)
			desc, body, err := f.open(t).Resolve(t.Context(), "1.2")
			assert.NilError(t, err)
			assert.DeepEqual(t, desc, second)
			assert.Equal(t, string(body), manifestBody+"\n")
		})
	}
	f.writeIndex(t, tagged(first, ocispec.AnnotationRefName, "11.2"))
	_, _, err := f.open(t).Resolve(t.Context(), "1.2")
	assert.Assert(t, cerrdefs.IsNotFound(err), "%v", err)
}

// Without a tag, a layout of one image means that one, and one of several has to have a latest.
func TestResolveWithoutTag(t *testing.T) {
	f := newFolder(t)
	first := f.blob(t, ocispec.MediaTypeImageManifest, manifestBody)
	second := f.blob(t, ocispec.MediaTypeImageManifest, manifestBody+"\n")

	f.writeIndex(t, tagged(first, ocispec.AnnotationRefName, "1"))
	desc, _, err := f.open(t).Resolve(t.Context(), "")
	assert.NilError(t, err)
	assert.Equal(t, desc.Digest, first.Digest)

	f.writeIndex(t, tagged(first, ocispec.AnnotationRefName, "2"), second)
	_, _, err = f.open(t).Resolve(t.Context(), "")
	assert.ErrorIs(t, err, layout.ErrChoice)
	assert.ErrorContains(t, err, "it has 2, "+second.Digest.String())

	f.writeIndex(t, first, tagged(second, ocispec.AnnotationRefName, "latest"))
	desc, _, err = f.open(t).Resolve(t.Context(), "")
	assert.NilError(t, err)
	assert.Equal(t, desc.Digest, second.Digest)
}

// A digest need not be in index.json. The media type is that of the document, the size what is there.
func TestResolveDigest(t *testing.T) {
	f := newFolder(t)
	desc := f.blob(t, ocispec.MediaTypeImageManifest, manifestBody)
	l := f.open(t)
	got, _, err := l.Resolve(t.Context(), desc.Digest.String())
	assert.NilError(t, err)
	assert.DeepEqual(t, got, desc)

	_, _, err = l.Resolve(t.Context(), digest.FromString("none").String())
	assert.Assert(t, cerrdefs.IsNotFound(err), "%v", err)

	text := f.blob(t, "", "no JSON")
	_, _, err = l.Resolve(t.Context(), text.Digest.String())
	assert.ErrorIs(t, err, layout.ErrLayout)
}

// What is fetched has the bytes its digest and size promise, and no more than a registry takes.
func TestFetch(t *testing.T) {
	f := newFolder(t)
	good := f.blob(t, ocispec.MediaTypeImageConfig, "{}")
	large := f.blob(t, ocispec.MediaTypeImageConfig, strings.Repeat("x", 4<<20+1))
	changed := f.blob(t, ocispec.MediaTypeImageConfig, "what was there")
	f.write(t, f.path(changed.Digest), []byte("what is there!"))
	sized := good
	sized.Size++
	unsized := good
	unsized.Size = -1
	l := f.open(t)

	for _, desc := range []ocispec.Descriptor{good, unsized} {
		body, err := l.Fetch(t.Context(), desc)
		assert.NilError(t, err)
		assert.Equal(t, string(body), "{}")
	}
	for why, desc := range map[string]ocispec.Descriptor{
		"it has 2 bytes": sized, "it has 4194305 bytes": large, "its content has digest": changed,
		`reading "sha256:../../index.json"`: {Digest: "sha256:../../index.json"},
	} {
		_, err := l.Fetch(t.Context(), desc)
		assert.ErrorIs(t, err, layout.ErrLayout)
		assert.ErrorContains(t, err, why)
	}
}

// A stream is what is there, unchecked; what is not there is told apart from what cannot be read.
func TestOpenBlob(t *testing.T) {
	f := newFolder(t)
	layer := f.blob(t, ocispec.MediaTypeImageLayer, "layer")
	l := f.open(t)
	stream, err := l.Open(t.Context(), layer)
	assert.NilError(t, err)
	body, err := io.ReadAll(stream)
	assert.NilError(t, err)
	assert.NilError(t, stream.Close())
	assert.Equal(t, string(body), "layer")

	_, err = l.Open(t.Context(), ocispec.Descriptor{Digest: digest.FromString("none")})
	assert.Assert(t, cerrdefs.IsNotFound(err), "%v", err)
	_, err = l.Open(t.Context(), ocispec.Descriptor{Digest: "sha256:short"})
	assert.ErrorIs(t, err, layout.ErrLayout)
	assert.Assert(t, !cerrdefs.IsNotFound(err))
}

// A layout whose index is too large, or says things twice, is refused.
func TestOpenRefusesHostileIndex(t *testing.T) {
	f := newFolder(t)
	f.write(t, ocispec.ImageIndexFile, []byte(`{"manifests":[],"manifests":[]}`))
	_, err := layout.Open(string(f))
	assert.ErrorIs(t, err, layout.ErrLayout)
	assert.ErrorContains(t, err, "is in it twice")
	assert.NilError(t, os.Truncate(filepath.Join(string(f), ocispec.ImageIndexFile), 3<<30))
	_, err = layout.Open(string(f))
	assert.ErrorIs(t, err, layout.ErrLayout)
	assert.ErrorContains(t, err, "more than 4194304")
}

// A tag that two images of other names have names neither; one that is just the tag comes first.
func TestResolveOfSeveralNames(t *testing.T) {
	f := newFolder(t)
	one := f.blob(t, ocispec.MediaTypeImageManifest, `{"schemaVersion":2,"config":{}}`)
	two := f.blob(t, ocispec.MediaTypeImageManifest, `{"schemaVersion":2,"layers":[]}`)
	f.writeIndex(t, tagged(one, ocispec.AnnotationRefName, "reg.example/a:1"),
		tagged(two, ocispec.AnnotationRefName, "reg.example/b:1"))
	_, _, err := f.open(t).Resolve(t.Context(), "1")
	assert.ErrorIs(t, err, layout.ErrChoice)
	assert.ErrorContains(t, err, "reg.example/a:1@"+one.Digest.String()+", reg.example/b:1@"+two.Digest.String())
	f.writeIndex(t, tagged(two, ocispec.AnnotationRefName, "reg.example/b:1"), tagged(one, ocispec.AnnotationRefName, "1"))
	desc, _, err := f.open(t).Resolve(t.Context(), "1")
	assert.NilError(t, err)
	assert.Equal(t, desc.Digest, one.Digest)
}

// A tag that two images have names neither, whichever stands first; one that is there twice is one.
func TestResolveTagThatIsThereTwice(t *testing.T) {
	f := newFolder(t)
	one := f.blob(t, ocispec.MediaTypeImageManifest, `{"schemaVersion":2,"config":{}}`)
	two := f.blob(t, ocispec.MediaTypeImageManifest, `{"schemaVersion":2,"layers":[]}`)
	tag := func(desc ocispec.Descriptor) ocispec.Descriptor {
		return tagged(desc, ocispec.AnnotationRefName, "latest")
	}
	f.writeIndex(t, tag(one), tag(two))
	for _, ref := range []string{"latest", ""} {
		_, _, err := f.open(t).Resolve(t.Context(), ref)
		assert.ErrorIs(t, err, layout.ErrChoice)
		assert.ErrorContains(t, err, "latest@"+one.Digest.String())
		assert.ErrorContains(t, err, "latest@"+two.Digest.String())
	}
	f.writeIndex(t, tag(one), tag(one))
	desc, _, err := f.open(t).Resolve(t.Context(), "latest")
	assert.NilError(t, err)
	assert.Equal(t, desc.Digest, one.Digest)
}

// What is both a manifest and an index is read as the one by some and as the other by others (CVE-2021-41190).
func TestResolveRefusesBothKinds(t *testing.T) {
	f := newFolder(t)
	both := f.blob(t, ocispec.MediaTypeImageManifest, `{"schemaVersion":2,"config":{},"layers":[],"manifests":[]}`)
	f.writeIndex(t, tagged(both, ocispec.AnnotationRefName, "1"))
	_, _, err := f.open(t).Resolve(t.Context(), "1")
	assert.ErrorIs(t, err, layout.ErrLayout)
	assert.ErrorContains(t, err, "both a manifest and an index")
}
