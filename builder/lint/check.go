package lint

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/internal/order"
)

// Input is what the rules look at.
type Input struct {
	// Views are the Dockerfile for each platform, in the order they were asked for.
	Views []*dockerfile.View
	// Emulated tells whether the builder runs a platform's programs by an emulator.
	Emulated func(ocispec.Platform) bool
	// Elsewhere is the command that has a platform built on a machine of its own; nil: there is none.
	Elsewhere func(ocispec.Platform) string
}

// rule is a rule with what finds.
type rule struct {
	Rule
	look func(*pass)
}

// rules are all that look at the Dockerfile alone.
func rules() []rule {
	return []rule{
		targetOnBuildPlatform(), constantPlatform(), overriddenArgument(), undeclaredArgument(), spelledArchitecture(),
		buildMachineArchitecture(), sharedCacheMount(), emulatedCompiler(), emulatedRuntime(), unreadRun(),
	}
}

// Rules are all rules.
func Rules() []Rule {
	list := BaseRules()
	for _, r := range rules() {
		list = append(list, r.Rule)
	}
	return list
}

// Check looks at a Dockerfile with every rule, until it is told to stop. Findings are in the order of the lines.
func Check(ctx context.Context, in Input) ([]Finding, error) {
	if len(in.Views) == 0 {
		return nil, nil
	}
	quiet, err := NewSilence(in.Views[0])
	if err != nil {
		return nil, err
	}
	var found []Finding
	ends := make([]map[*dockerfile.Stage]*variables, len(in.Views))
	for i := range ends {
		ends[i] = map[*dockerfile.Stage]*variables{}
	}
	for _, r := range rules() {
		for i, view := range in.Views {
			r.look(&pass{
				Input: in, View: view, rule: r.Rule, quiet: quiet, found: &found, ends: ends[i],
				stopped: func() bool { return ctx.Err() != nil },
			})
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("looking at %q: %w", in.Views[0].Name, err)
	}
	Sort(found)
	return found, nil
}

// Sort orders findings by line, and those of a line by rule.
func Sort(found []Finding) {
	order.Stable(found, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Cause, y.Cause))
	})
}

// pass is one rule at one view.
type pass struct {
	Input
	*dockerfile.View
	rule  Rule
	quiet Silence
	found *[]Finding
	// ends are the variables at the end of the stages of the view, as far as they were asked for.
	ends map[*dockerfile.Stage]*variables
	// stopped tells that nobody waits for it any longer.
	stopped func() bool
}

// needed are the stages that are built.
func (p *pass) needed() []*dockerfile.Stage {
	var out []*dockerfile.Stage
	for _, s := range p.Stages {
		if s.Needed && !s.Replaced {
			out = append(out, s)
		}
	}
	return out
}

// said is what a finding says: the cause, the cure, and the lines to write.
type said struct {
	cause, cure string
	lines       []string
}

// say makes it of its parts.
func say(cause, cure string, lines ...string) said { return said{cause, cure, lines} }

// atStage reports something at a FROM.
func (p *pass) atStage(s *dockerfile.Stage, what said) {
	p.report(s.Comments, p.at(dockerfile.Start(s.Location), dockerfile.End(s.Location), what))
}

// atCommand reports something at an instruction, in the line where the text stands.
func (p *pass) atCommand(s *dockerfile.Stage, c instructions.Command, text string, what said) {
	start, end := dockerfile.Start(c.Location()), dockerfile.End(c.Location())
	line := p.Find(start, end, text)
	if line != start {
		end = line
	}
	p.report(append(slices.Clone(s.Comments), c.Comments()...), p.at(line, end, what))
}

// at makes a finding of lines.
func (p *pass) at(start, end int, what said) Finding {
	f := p.rule.Of(start, what.cause, what.cure, platforms.FormatAll(p.Platform))
	f.EndLine, f.Lines = end, what.lines
	return f
}

// report takes a finding down, with what was found of it for other platforms.
func (p *pass) report(comments []string, f Finding) {
	if p.quiet.Silenced(f.Rule, comments) {
		return
	}
	for i, have := range *p.found {
		if have.Rule == f.Rule && have.Line == f.Line && have.Cause == f.Cause {
			if !slices.Contains(have.Platforms, f.Platforms[0]) {
				(*p.found)[i].Platforms = append(have.Platforms, f.Platforms[0])
			}
			return
		}
	}
	*p.found = append(*p.found, f)
}

// stageWord names a stage in a sentence.
func stageWord(s *dockerfile.Stage) string { return fmt.Sprintf("stage %q", s.Title()) }
