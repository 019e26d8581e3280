package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/containerd/platforms"
	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// run is one check.
type run struct {
	Request
	host dockercli.Host
	// node is the builder, if it runs; what is not known of it is in notes.
	node  *builder.Builder
	notes []string
	file  *dockerfile.File
	views []*dockerfile.View
	quiet lint.Silence
}

// Run checks. Nothing is built, and nothing is started: where no builder runs, this machine asks the registries.
func Run(ctx context.Context, h dockercli.Host, r Request, pw progress.Writer) (Result, error) {
	c := &run{Request: r, host: h}
	if err := c.open(ctx); err != nil {
		return Result{}, err
	}
	if err := c.read(ctx); err != nil {
		return Result{}, err
	}
	result := Result{
		File: c.file.Name, Platforms: names(r.Build.Platforms, platform.Format), Strict: c.quiet.Strict(),
	}
	if c.node != nil {
		result.LookedUpBy = c.node.Name
	}
	var images bases
	var ours, theirs []lint.Finding
	group, both := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		images, err = lookAt(both, c.views, c.lookUp(), c.quiet)
		return err
	})
	group.Go(func() (err error) {
		theirs, err = c.buildKit(both, pw)
		return err
	})
	ours, err := lint.Check(both, lint.Input{Views: c.views, Emulated: c.emulated, Elsewhere: elsewhere})
	if waited := group.Wait(); err == nil {
		err = waited
	}
	if err != nil {
		return Result{}, err
	}
	result.Images, result.Notes = images.images, c.notes
	if theirs, err = c.unstopped(ctx, images.findings, theirs); err != nil {
		return Result{}, err
	}
	result.Findings = merge(slices.Concat(images.findings, ours), theirs)
	return result, nil
}

// open looks at the builder. One that does not run is left so.
func (c *run) open(ctx context.Context) error {
	if c.Builder == "" {
		c.notes = append(c.notes, "no builder: images were looked up from here, with the credentials of the Docker CLI")
		return nil
	}
	node, err := c.host.Builders().Load(ctx, c.Builder, builder.Need{Platforms: c.Build.Platforms})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if runs := err == nil && node.Running(); !runs {
		c.notes = append(c.notes, fmt.Sprintf("builder %q does not run: images were looked up from here, without its mirrors",
			c.Builder))
		return nil
	}
	c.node = node
	return nil
}

// read reads the Dockerfile, for each platform.
func (c *run) read(ctx context.Context) error {
	name, text, err := c.Build.Dockerfile()
	if errors.Is(err, request.ErrElsewhere) {
		if c.node == nil {
			return failure.Wrap(errdefs.ErrNotReady,
				fmt.Errorf("%s, and no builder runs that could read it", err.Error()), "docker multiplat init")
		}
		name, text, err = c.node.Dockerfile(ctx, c.Build)
		err = failure.Wrap(failure.ErrBuild, err, "")
	}
	if err != nil {
		return err
	}
	if c.Build.Context == "-" || c.Build.File == "-" { // what was read of it is all there is to be asked about
		c.Build.Stdin = bytes.NewReader(text)
	}
	c.file, c.views, err = views(ctx, name, text, c.Build, c.native())
	if err != nil {
		return err
	}
	c.quiet, err = lint.NewSilence(c.views[0])
	return err
}

// views reads a Dockerfile as each platform's build sees it.
func views(
	ctx context.Context, name string, text []byte, r request.Request, native ocispec.Platform,
) (*dockerfile.File, []*dockerfile.View, error) {
	file, err := dockerfile.Parse(name, text)
	if err != nil {
		return nil, nil, err
	}
	args, contexts, err := r.Given()
	if err != nil {
		return nil, nil, err
	}
	setting := dockerfile.Setting{Target: r.Target, BuildArgs: args, Contexts: contexts, Build: native}
	var out []*dockerfile.View
	for _, p := range r.Platforms {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		view, err := file.For(p, setting)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, view)
	}
	return file, out, nil
}

// native is what the builder is, or this machine where there is none.
func (c *run) native() ocispec.Platform {
	if c.node != nil {
		if p, ok := c.node.Native(); ok {
			return p
		}
	}
	p := platforms.DefaultSpec()
	p.OS = "linux" // where engines are, also on a Mac
	return p
}

// emulated tells whether a platform's programs run by an emulator.
func (c *run) emulated(p ocispec.Platform) bool {
	if c.node == nil {
		return !platforms.Only(c.native()).Match(p)
	}
	return !c.node.Placements([]ocispec.Platform{p})[0].Native
}

// lookUp is who looks images up.
func (c *run) lookUp() lookUp {
	client := c.host.Registries(c.Trust, func(string) {})
	if c.node == nil {
		return byRegistry(client)
	}
	return byBuilder(c.node, c.Build.Pull, client)
}

// buildKit runs BuildKit's own checks: those of the frontend in use where a builder runs, else those built in here.
func (c *run) buildKit(ctx context.Context, pw progress.Writer) ([]lint.Finding, error) {
	if c.node == nil {
		return lint.BuildKit(ctx, c.views[0], c.quiet)
	}
	answer, err := c.node.Call(ctx, c.Build, request.Method{Name: "lint", Format: "json", IgnoreStatus: true}, pw)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil { // its frontend may be too old to be asked
		return lint.BuildKit(ctx, c.views[0], c.quiet)
	}
	return lint.ParseBuildKit([]byte(answer["result.json"]), c.quiet)
}

// unstopped makes BuildKit's checks once more without a registry, where an image that is not known, or that the target
// does not need, has ended them: a base that a build cannot get is told by our own rules, as where no builder runs.
func (c *run) unstopped(ctx context.Context, images, theirs []lint.Finding) ([]lint.Finding, error) {
	if !slices.ContainsFunc(theirs, func(f lint.Finding) bool {
		return f.Rule == lint.BuildError && (c.needless(f.Line) || slices.ContainsFunc(images, func(i lint.Finding) bool {
			return i.Rule == lint.BaseNotKnown().ID && i.Line == f.Line
		}))
	}) {
		return theirs, nil
	}
	return lint.BuildKit(ctx, c.views[0], c.quiet)
}

// needless tells that a line is the FROM of a stage that no platform's target needs.
func (c *run) needless(line int) bool {
	return line > 0 && !slices.ContainsFunc(c.views, func(v *dockerfile.View) bool {
		return !slices.ContainsFunc(v.Stages, func(s *dockerfile.Stage) bool {
			return dockerfile.Start(s.Location) == line && !s.Needed
		})
	})
}

// merge adds what BuildKit's own checks say, but for what was said better here.
func merge(ours, theirs []lint.Finding) []lint.Finding {
	better := map[string][]string{
		"FromPlatformFlagConstDisallowed": {"ConstantPlatform"},
		"UndefinedVar":                    {"UndeclaredPlatformArgument"},
		"InvalidBaseImagePlatform":        {"BaseSingleImage", "BasePinnedPlatform", "BaseOtherArchitecture"},
		lint.BuildError:                   {"BaseNotServed", "BaseNotFound", "BaseOtherOSVersion"},
	}
	out := slices.Clone(ours)
	for _, f := range theirs {
		if !slices.ContainsFunc(ours, func(have lint.Finding) bool {
			return slices.Contains(better[f.Rule], have.Rule) && (f.Line == have.Line || f.Rule == lint.BuildError)
		}) {
			out = append(out, f)
		}
	}
	lint.Sort(out)
	return out
}
