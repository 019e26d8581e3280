package check

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Before looks at the images of a build that is about to begin, and says in one line for each which of them some
// platform lacks. What it cannot know it leaves to the build: its Dockerfile may be elsewhere, or a registry not
// answer.
func Before(ctx context.Context, h dockercli.Host, node *builder.Builder, r request.Request) []string {
	if r.Context == "-" || r.File == "-" {
		return nil // it can be read once
	}
	name, text, err := r.Dockerfile()
	if err != nil {
		return nil
	}
	c := &run{Request: Request{Build: r}, host: h, node: node}
	_, views, err := views(name, text, r, c.native())
	if err != nil {
		return nil
	}
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
		if f.Rule == lint.BaseNotServed().ID || f.Rule == lint.BaseOtherOSVersion().ID {
			out = append(
				out,
				fmt.Sprintf("%s: %s (%s:%d)", strings.Join(f.Platforms, ", "), f.Cause, filepath.Base(name), f.Line),
			)
		}
	}
	return out
}
