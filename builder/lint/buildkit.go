package lint

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	fstypes "github.com/tonistiigi/fsutil/types"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// BuildError is the rule of what keeps BuildKit from reading a Dockerfile on.
const BuildError = "BuildError"

// ParseBuildKit reads the answer of a frontend to the lint subrequest.
func ParseBuildKit(answer []byte, quiet Silence) ([]Finding, error) {
	var results lint.LintResults
	if err := json.Unmarshal(answer, &results); err != nil {
		return nil, fmt.Errorf("reading what BuildKit's own checks said: %w", err)
	}
	return ofBuildKit(results, quiet), nil
}

// ofBuildKit are the findings of BuildKit's own checks. That there are some is an error in itself, of no line, for a
// Dockerfile that is strict.
func ofBuildKit(results lint.LintResults, quiet Silence) []Finding {
	var out []Finding
	for _, w := range results.Warnings {
		f := Finding{Rule: w.RuleName, Severity: Warning, Cause: w.Detail, URL: w.URL}
		if f.Cause == "" {
			f.Cause = w.Description
		}
		f.Line, f.EndLine = lines(w.Location)
		out = append(out, f)
	}
	if results.Error != nil {
		f := Finding{Rule: BuildError, Severity: Error, Cause: results.Error.Message}
		f.Line, f.EndLine = lines(&results.Error.Location)
		if f.Line > 0 || !quiet.Strict() || len(out) == 0 {
			out = append(out, f)
		}
	}
	return out
}

// lines are the first and the last line of a place.
func lines(at *pb.Location) (start, end int) {
	if at == nil || len(at.Ranges) == 0 {
		return 0, 0
	}
	start = int(max(at.Ranges[0].GetStart().GetLine(), 0))
	return start, max(start, int(at.Ranges[len(at.Ranges)-1].GetEnd().GetLine()))
}

// BuildKit runs the checks of the BuildKit that is built in, where there is no builder to ask. It contacts nothing.
func BuildKit(ctx context.Context, v *dockerfile.View, quiet Silence) ([]Finding, error) {
	opts := map[string]string{"target": v.Setting.Target}
	for key, value := range v.BuildArgs {
		opts["build-arg:"+key] = value
	}
	known := true
	for name, spec := range v.Contexts {
		if !strings.Contains(spec, ":") {
			spec = "local:" + name // as buildx sends a folder
		}
		known = known && !strings.HasPrefix(spec, "oci-layout:") && !strings.HasPrefix(spec, "target:")
		opts["context:"+name] = spec
	}
	nowhere := nowhere{opts: opts}
	ui, err := dockerui.NewClient(nowhere)
	if err != nil {
		return nil, fmt.Errorf("reading what BuildKit's checks need: %w", err)
	}
	ui.BuildPlatforms = []ocispec.Platform{v.Build}
	source := llb.NewSourceMap(nil, v.Name, "Dockerfile", v.Text)
	source.Definition = &llb.Definition{} // it is taken to be there
	results, err := dockerfile2llb.DockerfileLint(ctx, v.Text, dockerfile2llb.ConvertOpt{
		Config: ui.Config, Client: ui, TargetPlatform: &v.Platform, MetaResolver: nowhere,
		SourceMap: source,
	})
	if err != nil {
		return nil, fmt.Errorf("running BuildKit's own checks: %w", err)
	}
	if !known {
		results.Error = nil // it may be of a context that is not here
	}
	return ofBuildKit(*results, quiet), nil
}

// nowhere is a gateway for which every image is what it is to be, and no context has a file.
type nowhere struct {
	gateway.Client
	opts map[string]string
}

// BuildOpts implements [gateway.Client].
func (n nowhere) BuildOpts() gateway.BuildOpts {
	return gateway.BuildOpts{
		Opts: n.opts, LLBCaps: pb.Caps.CapSet(pb.Caps.All()), Caps: gatewaypb.Caps.CapSet(gatewaypb.Caps.All()),
	}
}

// Inputs implements [gateway.Client].
func (nowhere) Inputs(context.Context) (map[string]llb.State, error) {
	return map[string]llb.State{}, nil
}

// Solve implements [gateway.Client].
func (nowhere) Solve(context.Context, gateway.SolveRequest) (*gateway.Result, error) {
	result := gateway.NewResult()
	result.SetRef(empty{})
	return result, nil
}

// ResolveImageConfig implements [gateway.Client] and [llb.ImageMetaResolver].
func (nowhere) ResolveImageConfig(
	_ context.Context, ref string, opt sourceresolver.Opt,
) (string, digest.Digest, []byte, error) {
	image := ocispec.Image{RootFS: ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString(ref)}}}
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		image.Platform = *opt.ImageOpt.Platform
	}
	body, err := json.Marshal(image)
	return ref, "", body, err
}

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
