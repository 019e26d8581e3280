package request

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// A plan shows where each platform's cache goes, and what is read, which is the same for all of them.
func TestCachePlaces(t *testing.T) {
	amd64 := ocispec.Platform{OS: "linux", Architecture: "amd64"}
	windows := ocispec.Platform{OS: "windows", Architecture: "amd64", OSVersion: "10.0.1"}
	for _, tc := range []struct {
		name        string
		to, from    []string
		wantTo      []string // of amd64, then of windows
		wantSources []string
	}{
		{name: "none"},
		{name: "inline", to: []string{"type=inline"}, wantTo: []string{"inline", "inline"}},
		{
			name: "registry", to: []string{"type=registry,ref=r.example/c"}, from: []string{"r.example/c"},
			wantTo: []string{
				"registry r.example/c:latest--amd64", "registry r.example/c:latest--windows-10.0.1-amd64",
			},
			wantSources: []string{
				"registry r.example/c:latest--amd64", "registry r.example/c:latest--windows-10.0.1-amd64",
			},
		},
		{
			name: "by digest", from: []string{"r.example/c@sha256:" + sixtyFour},
			wantSources: []string{
				"registry r.example/c@sha256:" + sixtyFour, "registry r.example/c@sha256:" + sixtyFour,
				"registry r.example/c@sha256:" + sixtyFour,
			},
		},
		{
			name: "folder", to: []string{"type=local,dest=/c"},
			wantTo: []string{"local /c/linux-amd64", "local /c/windows-10.0.1-amd64"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := Request{CacheTo: tc.to, CacheFrom: tc.from, Platforms: []ocispec.Platform{amd64, windows}}
			refs, err := r.CacheRefs()
			assert.NilError(t, err)
			var got []string
			for i, ref := range refs {
				assert.DeepEqual(t, ref.Platform, r.Platforms[i])
				got = append(got, ref.Place)
			}
			assert.DeepEqual(t, got, tc.wantTo)
			sources, err := r.CacheSources()
			assert.NilError(t, err)
			assert.DeepEqual(t, sources, tc.wantSources)
		})
	}
	_, err := Request{CacheTo: []string{"type=registry,ref=UPPER"}, Platforms: []ocispec.Platform{amd64}}.CacheRefs()
	assert.ErrorIs(t, err, errdefs.ErrInput)
	none, err := Request{CacheFrom: []string{"r.example/c"}}.CacheSources()
	assert.NilError(t, err)
	assert.Equal(t, len(none), 0)
}

// sixtyFour is the hash of a made-up digest.
const sixtyFour = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// Resources and policies are refused before anything is contacted, too.
func TestRequestPolicies(t *testing.T) {
	for name, tc := range map[string]struct {
		request Request
		want    string
	}{
		"resource": {Request{Resources: []string{"nothing"}}, "reading --resource"},
		"cache":    {Request{CacheTo: []string{"type=registry,ref=UPPER"}}, "reading --cache-to"},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.request.Check()
			assert.ErrorIs(t, err, errdefs.ErrInput)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	t.Setenv("SOURCE_DATE_EPOCH", "7")
	o, err := Request{Context: "."}.options()
	assert.NilError(t, err)
	assert.Equal(t, o.BuildArgs["SOURCE_DATE_EPOCH"], "7")
	o, err = Request{Context: ".", BuildArgs: []string{"SOURCE_DATE_EPOCH=8"}}.options()
	assert.NilError(t, err)
	assert.Equal(t, o.BuildArgs["SOURCE_DATE_EPOCH"], "8")
}
