package bake

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	buildxbuild "github.com/docker/buildx/build"
	dockeropts "github.com/docker/cli/opts"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/buildkit/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// resolved reads a definition in a folder of its own.
func resolved(t *testing.T, name, text string, sets ...string) *Resolved {
	t.Helper()
	t.Chdir(t.TempDir())
	assert.NilError(t, os.WriteFile("Dockerfile", []byte("FROM scratch\n"), 0o600))
	assert.NilError(t, os.WriteFile(name, []byte(text), 0o600))
	assert.NilError(t, os.WriteFile("secret", []byte("s"), 0o600))
	d, err := Read(t.Context(), dockercli.Host{}, Request{Sets: SetsOf(sets)}, nil)
	assert.NilError(t, err)
	r, err := d.Resolve(t.Context())
	assert.NilError(t, err)
	return r
}

// every is a target that has every key.
const every = `
group "default" { targets = ["all", "matrix"] }
target "all" {
  description = "all"
  inherits = ["common"]
  annotations = ["manifest:a=b", "index:c=d"]
  args = { A = "1", NULL = null, QUOTED = "a,b \"c\"" }
  attest = [{ type = "provenance", mode = "max" }, "type=sbom,disabled=true"]
  cache-from = ["user/app:cache", "type=local,src=cache"]
  cache-to = ["type=registry,ref=user/app:cache,mode=max"]
  contexts = { base = "target:common", Other_Name = "docker-image://busybox" }
  dockerfile-inline = "FROM base\nRUN true"
  entitlements = ["network.host"]
  extra-hosts = { host = "10.0.0.1" }
  labels = { l = "x=y", none = null }
  network = "none"
  no-cache-filter = ["one"]
  platforms = ["linux/amd64", "linux/arm64"]
  policy = ["strict=true,log-level=debug", "reset=true"]
  pull = true
  resources = { memory = "1g" }
  secret = ["id=token,src=secret", "type=env,id=HOME"]
  shm-size = "128m"
  tags = ["user/app:1"]
  target = "last"
  ulimits = ["nofile=1024:2048"]
  output = ["type=image,compression=zstd,push=true"]
}
target "common" { labels = { from = "common" } }
target "matrix" {
  name = "matrix-${v}"
  matrix = { v = ["1", "2"] }
  tags = ["user/matrix:${v}"]
  no-cache = true
}
`

// What is asked of BuildKit is what buildx asks of it, but for what each platform has of its own.
func TestRequestsAreThoseOfBuildx(t *testing.T) {
	r := resolved(t, "docker-bake.hcl", every)
	targets, err := r.Requests()
	assert.NilError(t, err)
	var names []string
	for _, target := range targets {
		names = append(names, target.Name)
		request := target.Request
		request.Names = target.Tags
		request.Platforms = []ocispec.Platform{{OS: "linux", Architecture: "amd64"}}
		request.CacheFrom, request.CacheTo = nil, nil // each platform has places of its own
		got, err := request.Targets(nil)
		assert.NilError(t, err)
		want := r.options[target.Name]
		want.CacheFrom, want.CacheTo = nil, nil
		compare(t, target.Name, got["linux/amd64"], want)
	}
	assert.DeepEqual(t, names, []string{"all", "common", "matrix-1", "matrix-2"})
	assert.DeepEqual(t, targets[0].Takes, []string{"common"})
	assert.DeepEqual(t, targets[0].Request.Exporter, map[string]string{"compression": "zstd"})
	assert.DeepEqual(t, targets[0].Request.CacheFrom, []string{"user/app:cache", "type=local,src=cache"})
	assert.DeepEqual(t, targets[0].Request.Secrets, []string{"id=token,src=secret", "id=HOME"})
	assert.Assert(t, targets[1].Linked && !targets[0].Linked)
}

// compare holds options against those of buildx.
func compare(t *testing.T, name string, got, want buildxbuild.Options) {
	t.Helper()
	limits := func(o *dockeropts.UlimitOpt) string { return o.String() }
	diff := cmp.Diff(want, got,
		cmpopts.IgnoreFields(buildxbuild.Options{}, "Platforms", "Session", "Exports", "Linked", "SecretSpecs", "SSHSpecs",
			"ProvenanceResponseMode", "Annotations", "CallFunc", "ResourceLimits"),
		cmpopts.IgnoreFields(buildxbuild.Inputs{}, "InStream"),
		cmpopts.IgnoreUnexported(buildxbuild.Inputs{}),
		cmp.Transformer("limits", limits), cmpopts.EquateEmpty())
	assert.Equal(t, diff, "", name)
	assert.DeepEqual(t, got.ResourceLimits, want.ResourceLimits)
	assert.Equal(t, got.Exports[0].Type, client.ExporterOCI)
}

// What cannot be honoured is refused by the names of the target and the key, all of it at once.
func TestOutputsThatAreNoDraft(t *testing.T) {
	r := resolved(t, "docker-bake.hcl", `
group "default" { targets = ["files", "named", "fine", "cache"] }
target "files" { output = ["type=local,dest=out"] }
target "named" { output = ["type=image,name=user/other"] }
target "fine" { output = ["type=registry", "type=docker"] }
target "cache" { output = ["type=cacheonly"] }
`)
	_, err := r.Requests()
	assert.Equal(
		t,
		err.Error(),
		`target "files", key "output": "type=local,dest=out" is no draft; a draft is an image for publish, `+
			"--load and test: leave the key out, or build the target with docker buildx bake\n"+
			`target "named", key "output": "type=image,name=user/other" says "name", which a draft cannot have; leave it out`,
	)
	delete(r.Targets, "files")
	delete(r.Targets, "named")
	targets, err := r.Requests()
	assert.NilError(t, err)
	unkept := slices.IndexFunc(targets, func(t Target) bool { return t.Unkept })
	assert.Equal(t, targets[unkept].Name, "cache")
}

// The files are those of the environment where none are given, and each has to be there.
func TestFilesOfTheEnvironment(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	one := filepath.Join(folder, "one.hcl")
	assert.NilError(t, os.WriteFile(one, []byte(`target "default" { tags = ["a:1"] }`), 0o600))
	t.Setenv(filesVariable, one+"; two.hcl ")
	t.Setenv(separatorVariable, ";")
	_, err := Read(t.Context(), dockercli.Host{}, Request{}, nil)
	assert.ErrorContains(t, err, "two.hcl")
	assert.NilError(t, os.WriteFile("two.hcl", []byte(`target "default" { tags = ["a:2"] }`), 0o600))
	d, err := Read(t.Context(), dockercli.Host{}, Request{}, nil)
	assert.NilError(t, err)
	r, err := d.Resolve(t.Context())
	assert.NilError(t, err)
	tags, err := r.Tags()
	assert.NilError(t, err)
	assert.DeepEqual(t, tags, []string{"a:2"})
}
