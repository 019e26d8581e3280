package dockerfile

import (
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// StageNames are the names of the stages, in their order; those without one are left out.
func (f *File) StageNames() []string {
	var names []string
	for _, stage := range f.stages {
		if stage.Name != "" && !slices.Contains(names, stage.Name) {
			names = append(names, stage.Name)
		}
	}
	return names
}

// ArgNames are the arguments that a build may set, in their order.
func (f *File) ArgNames() []string {
	var names []string
	add := func(instruction *instructions.ArgCommand) {
		for _, arg := range instruction.Args {
			if !slices.Contains(names, arg.Key) {
				names = append(names, arg.Key)
			}
		}
	}
	for _, instruction := range f.Globals {
		add(&instruction)
	}
	for _, stage := range f.stages {
		for _, c := range stage.Commands {
			if instruction, ok := c.(*instructions.ArgCommand); ok {
				add(instruction)
			}
		}
	}
	return names
}
