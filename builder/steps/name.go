package steps

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// place is which RUN of which platform's build a step is.
type place struct {
	view  *dockerfile.View
	stage *dockerfile.Stage
	// key is the same for the same instruction on every platform: stage and number. Its text need not be, for
	// BuildKit fills variables in.
	key string
	// run is the instruction; nil where a base image brings it along (ONBUILD).
	run *instructions.RunCommand
}

// find reads the name of a step, which is "[linux/arm64 build 2/3] RUN make". The platform is not there where there is
// one only, and the name of the stage is not in a Dockerfile that has one only. Steps other than RUN run no programs.
func find(views []*dockerfile.View, name string) (place, bool) {
	mark, text, ok := strings.Cut(strings.TrimPrefix(name, "["), "] ")
	if !ok || !strings.HasPrefix(name, "[") || !strings.HasPrefix(strings.TrimPrefix(text, "ONBUILD "), "RUN ") {
		return place{}, false
	}
	words := strings.Fields(mark)
	var p place
	i := slices.IndexFunc(views, func(v *dockerfile.View) bool {
		return len(words) > 1 && platforms.FormatAll(v.Platform) == words[0]
	})
	switch {
	case i >= 0:
		p.view, words = views[i], words[1:]
	case len(views) == 1:
		p.view = views[0]
	default:
		return place{}, false
	}
	if len(words) > 1 && strings.Contains(words[0], "/") { // BuildKit's own word for the platform of the stage
		words = words[1:]
	}
	p.key = strings.Join(words, " ")
	i = slices.IndexFunc(p.view.Stages, func(s *dockerfile.Stage) bool {
		return len(words) > 1 && strings.EqualFold(words[0], named(s))
	})
	switch {
	case i >= 0:
		p.stage = p.view.Stages[i]
	case len(words) == 1 && len(p.view.Stages) == 1:
		p.stage = p.view.Stages[0]
	}
	if p.stage == nil {
		return place{}, false
	}
	p.run = instruction(p.stage, text)
	return p, true
}

// instruction is the RUN that BuildKit shows as text, with variables filled in and here-documents shortened: the one
// that has the most in common with it.
func instruction(s *dockerfile.Stage, text string) (found *instructions.RunCommand) {
	most := 0
	for _, c := range s.Commands {
		run, ok := c.(*instructions.RunCommand)
		if !ok {
			continue
		}
		if n := common(run.String(), text); n > most {
			found, most = run, n
		}
	}
	return found
}

// common counts the bytes of an instruction, but for its variables, that are in a text in their order; 0: not all are.
func common(source, text string) int {
	const variable = "\x00"
	source, _, _ = strings.Cut(source, "<<")
	total := 0
	for i, part := range strings.Split(os.Expand(source, func(string) string { return variable }), variable) {
		at := strings.Index(text, part)
		if at < 0 || i == 0 && at > 0 {
			return 0
		}
		text, total = text[at+len(part):], total+len(part)
	}
	return total
}

// instruction is how a step is called.
func (p place) instruction() string {
	if p.run == nil {
		return "ONBUILD RUN (" + p.key + ")"
	}
	return short(p.run.String())
}

// named is what BuildKit calls a stage.
func named(s *dockerfile.Stage) string {
	if s.Name != "" {
		return s.Name
	}
	return fmt.Sprintf("stage-%d", s.Index)
}

// short is an instruction without its flags.
func short(text string) string {
	words := strings.Fields(text)
	return strings.Join(slices.DeleteFunc(words, func(word string) bool {
		return strings.HasPrefix(word, "--") && strings.Contains(word, "=") && flagOfRun(word)
	}), " ")
}

// flagOfRun tells the flags of RUN from those of what it runs.
func flagOfRun(word string) bool {
	flag, _, _ := strings.Cut(word, "=")
	return slices.Contains([]string{"--mount", "--network", "--security", "--device"}, flag)
}
