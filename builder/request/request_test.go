package request

import (
	"os"
	"path/filepath"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

func TestRequestCheckRefuses(t *testing.T) {
	for _, tc := range []struct {
		name    string
		request Request
		want    string
	}{
		{"build argument without a name", Request{BuildArgs: []string{"=v"}}, `--build-arg "=v" has no name before the =`},
		{"label without a name", Request{Labels: []string{"=v"}}, `--label "=v" has no name before the =`},
		{"attestation", Request{Attest: []string{"sbom"}}, "reading --attest"},
		{"build context", Request{BuildContexts: []string{"nopath"}}, "reading --build-context"},
		{"entitlement", Request{Allow: []string{"everything"}}, "reading --allow"},
		{"annotation of nothing", Request{Annotations: []string{"index-descriptor:a=b"}}, `--annotation of type "index-descriptor"`},
		{"cache without a type", Request{CacheTo: []string{"dest=x"}}, "reading --cache-to"},
		{"cache of no reference", Request{CacheFrom: []string{"type=registry,ref=UPPER"}}, `cache reference "UPPER"`},
		{"both kinds of no cache", Request{NoCache: true, NoCacheFilter: []string{"a"}}, "--no-cache and --no-cache-filter"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.request.Check()
			assert.ErrorIs(t, err, errdefs.ErrInput)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestRequestOptions(t *testing.T) {
	t.Setenv("FROM_ENV", "e")
	o, err := Request{
		Context: ".", BuildArgs: []string{"A=1", "FROM_ENV", "NOT_SET_ANYWHERE"}, Labels: []string{"l"},
		Annotations: []string{"a=b"}, Provenance: "false", SBOM: "true",
	}.options()
	assert.NilError(t, err)
	assert.DeepEqual(t, o.BuildArgs, map[string]string{"A": "1", "FROM_ENV": "e"})
	assert.DeepEqual(t, o.Labels, map[string]string{"l": ""})
	assert.Assert(t, cmp.Contains(o.Attests, "sbom"))
	assert.Assert(t, o.Attests["provenance"] == nil)
}

// Every solve needs attributes of its own: buildx writes into them.
func TestTargetsShareNothing(t *testing.T) {
	r := Request{Context: ".", Names: []string{"a:1"}, BuildArgs: []string{"A=1"}, Platforms: []ocispec.Platform{
		{OS: "linux", Architecture: "amd64"}, {OS: "linux", Architecture: "arm64"},
	}}
	shared, err := r.options()
	assert.NilError(t, err)
	targets, err := perPlatform(r, shared)
	assert.NilError(t, err)
	assert.Equal(t, len(targets), 2)
	targets["linux/amd64"].BuildArgs["A"] = "changed"
	targets["linux/amd64"].Exports[0].Attrs["x"] = "y"
	assert.Equal(t, targets["linux/arm64"].BuildArgs["A"], "1")
	assert.DeepEqual(
		t,
		targets["linux/arm64"].Exports[0].Attrs,
		map[string]string{"tar": "false", "attestation-inline": "true"},
	)
}

// What is staged is pushed by digest alone, beside the content that comes here, and as the same image.
func TestStagedTargets(t *testing.T) {
	r := Request{
		Context: ".", Names: []string{"r.example/a:1", "r.example/a:2"}, Annotations: []string{"manifest:k=v"},
		Platforms: []ocispec.Platform{{OS: "linux", Architecture: "arm64"}},
		Stage:     Stage{Repositories: []string{"r.example/a"}, Insecure: true},
	}
	shared, err := r.options()
	assert.NilError(t, err)
	targets, err := perPlatform(r, shared)
	assert.NilError(t, err)
	target := targets["linux/arm64"]
	assert.Equal(t, len(target.Tags), 0) // or buildx would name the push by them
	assert.Equal(t, len(target.Exports), 2)
	assert.DeepEqual(t, target.Exports[0].Attrs, map[string]string{
		"tar": "false", "attestation-inline": "true", "annotation-manifest.k": "v", "name": "r.example/a:1,r.example/a:2",
	})
	assert.DeepEqual(t, target.Exports[1].Attrs, map[string]string{
		"attestation-inline": "true", "annotation-manifest.k": "v", "name": "r.example/a", "oci-mediatypes": "true",
		"push": "true", "push-by-digest": "true", "store": "false", "registry.insecure": "true",
	})
}

func TestCheckContext(t *testing.T) {
	folder := t.TempDir()
	write := func(name string) string {
		file := filepath.Join(folder, name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		assert.NilError(t, os.WriteFile(file, []byte("FROM scratch\n"), 0o600))
		return file
	}
	write("upper/Dockerfile")
	write("lower/dockerfile")
	other := write("empty/Other")
	assert.NilError(t, os.MkdirAll(filepath.Join(folder, "folder/Dockerfile"), 0o700))
	for _, tc := range []struct{ context, file, want string }{
		{context: filepath.Join(folder, "upper")},
		{context: filepath.Join(folder, "lower")},
		{context: filepath.Join(folder, "empty"), file: other},
		{context: filepath.Join(folder, "empty"), file: "-"},
		{context: "https://example.org/r.git"},
		{context: "-"},
		{context: "-", file: "-", want: "cannot be both"},
		{context: filepath.Join(folder, "none"), want: "neither a folder nor a URL"},
		{context: filepath.Join(folder, "empty"), want: "there is no Dockerfile at"},
		{context: filepath.Join(folder, "upper"), file: filepath.Join(folder, "x"), want: "there is no Dockerfile at"},
		{context: filepath.Join(folder, "folder"), want: "is not a regular file"},
	} {
		err := CheckContext(tc.context, tc.file)
		if tc.want == "" {
			assert.NilError(t, err)
			continue
		}
		assert.ErrorIs(t, err, errdefs.ErrInput)
		assert.ErrorContains(t, err, tc.want)
	}
}
