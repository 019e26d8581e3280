package request

import (
	"testing"

	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Annotations go to the index, to an entry of it, or to the manifests of all platforms or of one.
func TestAnnotations(t *testing.T) {
	amd64, arm64 := ocispec.Platform{
		OS:           "linux",
		Architecture: "amd64",
	}, ocispec.Platform{
		OS:           "linux",
		Architecture: "arm64",
	}
	r := Request{Context: ".", Annotations: []string{
		"plain=1", "manifest[linux/arm64]:one=2", "index:whole=3", "manifest-descriptor:entry=4",
		"manifest-descriptor[linux/arm64]:entry=5", "manifest-descriptor[linux/arm64]:other=6",
	}}
	all, err := r.IndexAnnotations()
	assert.NilError(t, err)
	assert.DeepEqual(t, all.Index, map[string]string{"whole": "3"})
	assert.DeepEqual(t, all.For(amd64), map[string]string{"entry": "4"})
	assert.DeepEqual(t, all.For(arm64), map[string]string{"entry": "5", "other": "6"})
	o, err := r.options()
	assert.NilError(t, err)
	one := exptypes.AnnotationManifestKey(nil, "one")
	plain := exptypes.AnnotationKey{Key: "plain"}.String()
	assert.DeepEqual(t, annotationAttrs(o.Annotations, amd64), map[string]string{plain: "1"})
	assert.DeepEqual(t, annotationAttrs(o.Annotations, arm64), map[string]string{plain: "1", one: "2"})
	_, err = Request{Annotations: []string{"nothing"}}.IndexAnnotations()
	assert.ErrorIs(t, err, errdefs.ErrInput)
}

// To build is no method of asking.
func TestParseMethod(t *testing.T) {
	for text, want := range map[string]Method{
		"":                        {},
		"build":                   {},
		"check":                   {Name: "lint"},
		"outline":                 {Name: "outline"},
		"targets,format=json":     {Name: "targets", Format: "json"},
		"check,ignorestatus=true": {Name: "lint", IgnoreStatus: true},
	} {
		got, ok, err := ParseMethod(text)
		assert.NilError(t, err)
		assert.Equal(t, got, want, text)
		assert.Equal(t, ok, want != Method{}, text)
	}
	_, _, err := ParseMethod("outline,x=y")
	assert.ErrorIs(t, err, errdefs.ErrInput)
}
