package lint

import (
	"fmt"

	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Silence is which rules a Dockerfile wants to hear nothing of: `# check=skip=RULE` at its top, or above an
// instruction.
type Silence struct{ lint *linter.Linter }

// NewSilence reads the directive, or the build argument BUILDKIT_DOCKERFILE_CHECK in its place.
func NewSilence(v *dockerfile.View) (Silence, error) {
	options, ok := v.BuildArgs["BUILDKIT_DOCKERFILE_CHECK"]
	if !ok {
		options, _, _, _ = parser.ParseDirective("check", v.Text)
	}
	config, err := linter.ParseLintOptions(options)
	if err != nil {
		return Silence{}, errdefs.Classify(fmt.Errorf("reading check=%s of %q: %w", options, v.Name, err), errdefs.ErrInput)
	}
	return Silence{linter.New(config)}, nil
}

// Strict tells that the Dockerfile wants every warning to be an error (check=error=true).
func (s Silence) Strict() bool { return s.lint.ReturnAsError }

// Silenced tells whether a rule is skipped, by the directive or by the comments above an instruction.
func (s Silence) Silenced(id string, comments []string) bool {
	heard := false
	lint := *s.lint
	lint.Warn = func(string, string, string, string, []parser.Range) { heard = true }
	(&lint).WithMergedConfigFromComments(comments).Run(&linter.LinterRule[func() string]{Name: id}, nil)
	return !heard
}
