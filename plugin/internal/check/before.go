package check

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Before looks at the images of a build that is about to begin, and says in one line for each which of them some
// platform lacks. What it cannot know it leaves to the build: its Dockerfile may be elsewhere, or a registry not
// answer.
func Before(ctx context.Context, h dockercli.Host, node *builder.Builder, r request.Request) []string {
	c := &run{Request: Request{Build: r}, host: h, node: node}
	in := c.atHand(ctx)
	if len(in.Views) == 0 {
		return nil
	}
	name, views := in.Views[0].Name, in.Views
	quiet, err := lint.NewSilence(views[0])
	if err != nil {
		return nil
	}
	found, err := lookAt(ctx, views, c.lookUp(), quiet)
	if err != nil {
		return nil
	}
	var out []string
	for _, f := range found.findings {
		line := fmt.Sprintf("%s: %s (%s:%d)", strings.Join(f.Platforms, ", "), f.Cause, filepath.Base(name), f.Line)
		switch f.Rule {
		case lint.BaseNotServed().ID, lint.BaseOtherOSVersion().ID:
			out = append(out, line)
		case lint.BasePinnedPlatform().ID: // the build goes on, and what fails of it does not say why
			out = append(out, line+"; "+f.Rule+": "+f.Cure)
		}
	}
	return out
}

// AtHand is what the rules look at, of a build that is about to begin; nothing where its Dockerfile is elsewhere, or is
// no Dockerfile.
func AtHand(ctx context.Context, h dockercli.Host, node *builder.Builder, r request.Request) lint.Input {
	return (&run{Request: Request{Build: r}, host: h, node: node}).atHand(ctx)
}

// atHand reads the Dockerfile of a build if that takes nothing from it.
func (c *run) atHand(ctx context.Context) lint.Input {
	in := lint.Input{Emulated: c.emulated, Elsewhere: elsewhere}
	if c.Build.Context == "-" || c.Build.File == "-" {
		return in // it can be read once
	}
	name, text, err := c.Build.Dockerfile()
	if err == nil {
		if _, read, err := views(ctx, name, text, c.Build, c.native()); err == nil {
			in.Views = read
		}
	}
	return in
}

// elsewhere is the command that has a platform built on a machine of its own.
func elsewhere(p ocispec.Platform) string {
	return "docker multiplat init --node " + platform.Format(p) + "=ssh://USER@HOST"
}
