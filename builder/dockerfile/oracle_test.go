package dockerfile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	fstypes "github.com/tonistiigi/fsutil/types"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// asked is a gateway that answers for every image, and notes which it was asked for.
type asked struct {
	gateway.Client
	opts map[string]string

	mu     sync.Mutex
	images []string
}

// BuildOpts implements [gateway.Client].
func (a *asked) BuildOpts() gateway.BuildOpts {
	return gateway.BuildOpts{
		Opts: a.opts, LLBCaps: pb.Caps.CapSet(pb.Caps.All()),
		Caps: gatewaypb.Caps.CapSet(gatewaypb.Caps.All()),
	}
}

// Solve implements [gateway.Client]: there is no file in any context.
func (a *asked) Solve(context.Context, gateway.SolveRequest) (*gateway.Result, error) {
	result := gateway.NewResult()
	result.SetRef(empty{})
	return result, nil
}

// Inputs implements [gateway.Client].
func (a *asked) Inputs(context.Context) (map[string]llb.State, error) { return nil, nil }

// empty is a result without files.
type empty struct{ gateway.Reference }

// StatFile implements [gateway.Reference].
func (empty) StatFile(context.Context, gateway.StatRequest) (*fstypes.Stat, error) {
	return nil, os.ErrNotExist
}

// ReadFile implements [gateway.Reference].
func (empty) ReadFile(context.Context, gateway.ReadRequest) ([]byte, error) {
	return nil, os.ErrNotExist
}

// ResolveImageConfig implements [gateway.Client] and [llb.ImageMetaResolver].
func (a *asked) ResolveImageConfig(
	_ context.Context, ref string, opt sourceresolver.Opt,
) (string, digest.Digest, []byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := *opt.ImageOpt.Platform
	a.images = append(a.images, ref+" "+platforms.FormatAll(p))
	body, err := json.Marshal(ocispec.Image{
		Platform: p, RootFS: ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString(ref)}},
	})
	return ref, "", body, err
}

// resolved are the images that BuildKit's own frontend asks for.
func resolved(t *testing.T, text []byte, p ocispec.Platform, s dockerfile.Setting) []string {
	t.Helper()
	a := &asked{opts: map[string]string{"target": s.Target}}
	for key, value := range s.BuildArgs {
		a.opts["build-arg:"+key] = value
	}
	for name, spec := range s.Contexts {
		a.opts["context:"+name] = spec
	}
	client, err := dockerui.NewClient(a)
	assert.NilError(t, err)
	client.BuildPlatforms = []ocispec.Platform{s.Build}
	_, err = dockerfile2llb.Dockerfile2LLB(t.Context(), text, dockerfile2llb.ConvertOpt{
		Config: client.Config, Client: client, TargetPlatform: &p, MetaResolver: a,
		SourceMap: llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", text),
	})
	assert.NilError(t, err)
	return unique(a.images)
}

// unique sorts, and leaves out what is there twice.
func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// taken are the images that a view says are taken.
func taken(v *dockerfile.View) []string {
	var out []string
	for _, image := range v.Images() {
		out = append(out, image.Image+" "+platforms.FormatAll(image.Platform))
	}
	return unique(out)
}

// settings are ways to read a Dockerfile.
func settings() map[string]dockerfile.Setting {
	native := ocispec.Platform{OS: "linux", Architecture: "amd64"}
	return map[string]dockerfile.Setting{
		"plain":  {Build: native},
		"on arm": {Build: ocispec.Platform{OS: "linux", Architecture: "arm64"}},
		"contexts": {Build: native, Contexts: map[string]string{
			"build": "docker-image://ghcr.io/example/build:1", "debian:13": "docker-image://ghcr.io/example/debian",
			"alpine:3.22::linux/arm64": "docker-image://ghcr.io/example/alpine:arm",
		}},
	}
}

// What is taken, and for which platform, is what BuildKit's own frontend takes: on the whole corpus of the rules.
func TestImagesAreThoseOfBuildKit(t *testing.T) {
	files, err := filepath.Glob("../lint/testdata/*/*.Dockerfile")
	assert.NilError(t, err)
	assert.Assert(t, len(files) >= 60, "the corpus is not there: %d", len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		assert.NilError(t, err)
		compare(t, filepath.Base(file), text, settings())
	}
}

// compare holds what is taken against what BuildKit's frontend asks for.
func compare(t *testing.T, name string, text []byte, all map[string]dockerfile.Setting) {
	t.Helper()
	for way, s := range all {
		for _, p := range []string{"linux/amd64", "linux/arm64"} {
			t.Run(fmt.Sprint(name, " ", way, " ", p), func(t *testing.T) {
				f, err := dockerfile.Parse("Dockerfile", text)
				assert.NilError(t, err)
				v, err := f.For(platforms.MustParse(p), s)
				assert.NilError(t, err)
				assert.DeepEqual(t, taken(v), resolved(t, text, platforms.MustParse(p), s))
			})
		}
	}
}

// So it is where stages are named, numbered, chosen by arguments, mounted, replaced, or not needed.
func TestImagesOfEveryKind(t *testing.T) {
	text := strings.Join([]string{
		"ARG VERSION=13",
		"ARG BASE=debian:${VERSION}",
		"FROM --platform=$BUILDPLATFORM golang:1 AS Build",
		"RUN --mount=from=ghcr.io/example/tool,target=/t /t/x",
		"COPY --from=busybox:1 /bin/true /true",
		"FROM nothing:1 AS unneeded",
		"FROM ${BASE} AS base-amd64",
		"FROM --platform=linux/arm/v7 ${BASE}-arm AS base-arm64",
		"FROM base-$TARGETARCH AS base",
		"FROM scratch AS files",
		"COPY --from=0 / /",
		"COPY --from=build / /",
		"FROM base AS final",
		"COPY --from=files / /",
		"RUN --mount=type=bind,from=files,target=/f true",
		"FROM final AS last",
		"ENV A=b",
	}, "\n") + "\n"
	all := settings()
	all["target"] = dockerfile.Setting{Build: all["plain"].Build, Target: "FILES"}
	all["number"] = dockerfile.Setting{Build: all["plain"].Build, Target: "unneeded"}
	all["arguments"] = dockerfile.Setting{Build: all["plain"].Build, BuildArgs: map[string]string{
		"VERSION": "12", "TARGETARCH": "amd64", "BUILDPLATFORM": "linux/s390x",
	}}
	compare(t, "kinds", []byte(text), all)
}

// A Dockerfile that cannot be read is bad input, and says which.
func TestNotRead(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"no stage":       {"ARG A=1\n", "reading \"Dockerfile\": there is no FROM in it"},
		"not understood": {"FROM debian\nNOTHING x\n", "unknown instruction: NOTHING"},
		"other syntax":   {"# syntax=example.com/pack/bud\nbanana\n", `its syntax is "example.com/pack/bud"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dockerfile.Parse("Dockerfile", []byte(tc.text))
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorIs(t, err, dockerfile.ErrSyntax)
		})
	}
	f, err := dockerfile.Parse("Dockerfile", []byte("FROM --platform=$NONE debian\n"))
	assert.NilError(t, err)
	_, err = f.For(platforms.MustParse("linux/arm64"), dockerfile.Setting{Build: platforms.MustParse("linux/amd64")})
	assert.ErrorContains(t, err, `reading "Dockerfile" for linux/arm64: line 1: the platform "$NONE" comes to ""`)
}
