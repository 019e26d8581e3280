package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// scratch is the name of the empty base.
const scratch = "scratch"

// View is a Dockerfile as the build for one platform sees it.
type View struct {
	*File
	Setting
	// Platform is the one that is built for.
	Platform ocispec.Platform
	// Stages are all stages in their order, Target is the one that is built.
	Stages []*Stage
	Target *Stage

	globals env
	// elsewhere are the globals of the same build on another machine.
	elsewhere env
	images    []Taken
}

// Stage is one stage.
type Stage struct {
	instructions.Stage
	Index int
	// From is the base as BuildKit reads it: a stage, or an image; both empty for scratch and for a context of files.
	FromStage *Stage
	FromImage string
	// Platform is what its programs are for.
	Platform ocispec.Platform
	// Constant tells that its FROM names a platform, by itself or by arguments, that is the same on whatever machine it is
	// built.
	Constant bool
	// Needed tells that the target cannot be built without it.
	Needed bool
	// Uses are the stages that it copies or mounts from.
	Uses []*Stage
	// Scratch tells that it begins with nothing.
	Scratch bool
	// Replaced tells that a further build context stands in its place.
	Replaced bool

	takes []Taken
}

// Root is the stage at whose FROM the chain of bases begins.
func (s *Stage) Root() *Stage {
	for s.FromStage != nil {
		s = s.FromStage
	}
	return s
}

// Title is the name of a stage, or its number.
func (s *Stage) Title() string {
	if s.Name != "" {
		return s.Name
	}
	return strconv.Itoa(s.Index)
}

// For reads the file for one platform. Its errors are of class [errdefs.ErrInput].
func (f *File) For(p ocispec.Platform, s Setting) (*View, error) {
	v := &View{File: f, Setting: s, Platform: p}
	err := v.read()
	if err != nil {
		err = errdefs.Classify(fmt.Errorf("reading %q for %s: %w", f.Name, platforms.FormatAll(p), err), errdefs.ErrInput)
	}
	return v, err
}

// read works it all out.
func (v *View) read() (err error) {
	if v.globals, err = v.File.globals(v.Setting, v.Platform); err != nil {
		return err
	}
	if v.elsewhere, err = v.File.globals(v.Setting.elsewhere(), v.Platform); err != nil {
		return err
	}
	byName := map[string]*Stage{}
	for i := range v.stages {
		stage, err := v.stage(i, byName)
		if err != nil {
			return fmt.Errorf("line %d: %w", Start(v.stages[i].Location), err)
		}
		v.Stages = append(v.Stages, stage)
		if stage.Name != "" {
			byName[strings.ToLower(stage.Name)] = stage
		}
	}
	if err := v.findTarget(byName); err != nil {
		return err
	}
	for _, stage := range v.Stages {
		if err := v.link(stage, byName); err != nil {
			return err
		}
	}
	v.need(v.Target)
	for _, stage := range v.Stages {
		if stage.Needed {
			v.images = append(v.images, stage.takes...)
		}
	}
	return nil
}

// stage reads one FROM.
func (v *View) stage(i int, byName map[string]*Stage) (*Stage, error) {
	s := &Stage{Stage: v.stages[i], Index: i, Platform: v.Platform}
	base, err := v.expand(s.BaseName, v.globals)
	if err == nil && base == "" {
		err = fmt.Errorf("the base %q comes to nothing", s.BaseName)
	}
	if err != nil {
		return nil, err
	}
	if s.Stage.Platform != "" {
		text, err := v.expand(s.Stage.Platform, v.globals)
		if err != nil {
			return nil, err
		}
		if s.Platform, err = platforms.Parse(text); err != nil {
			return nil, fmt.Errorf("the platform %q comes to %q: %w", s.Stage.Platform, text, err)
		}
		other, err := v.expand(s.Stage.Platform, v.elsewhere)
		s.Constant = err == nil && other == text
	}
	if spec, ok := v.context(s.Name, s.Platform); ok && s.Name != "" {
		s.Replaced = true
		v.takeContext(s, spec, Taken{Platform: s.Platform, Kind: KindFrom, Line: Start(s.Location)})
		return s, nil
	}
	if parent, ok := byName[base]; ok {
		s.FromStage, s.Platform = parent, parent.Platform
		return s, nil
	}
	if base == scratch {
		s.Scratch, s.Platform = true, v.Platform
		return s, nil
	}
	s.FromImage = v.take(s, base, Taken{Platform: s.Platform, Kind: KindFrom, Line: Start(s.Location)})
	return s, nil
}

// findTarget finds the stage that is built.
func (v *View) findTarget(byName map[string]*Stage) error {
	v.Target = v.Stages[len(v.Stages)-1]
	if v.Setting.Target == "" {
		return nil
	}
	if stage, ok := byName[strings.ToLower(v.Setting.Target)]; ok {
		v.Target = stage
		return nil
	}
	return fmt.Errorf("there is no stage %q", v.Setting.Target) // BuildKit does not take its number
}

// link finds what the instructions of a stage take from elsewhere.
func (v *View) link(s *Stage, byName map[string]*Stage) error {
	for _, command := range s.Commands {
		switch c := command.(type) {
		case *instructions.CopyCommand:
			number, err := strconv.Atoi(c.From)
			switch {
			case c.From == "":
			case err == nil && (number < 0 || number >= len(v.Stages)):
				return fmt.Errorf("line %d: there is no stage %d", Start(c.Location()), number)
			case err == nil:
				s.Uses = append(s.Uses, v.Stages[number])
			default:
				v.use(s, c.From, KindCopy, Start(c.Location()), byName)
			}
		case *instructions.RunCommand:
			for _, mount := range instructions.GetMounts(c) {
				if mount.From != "" {
					v.use(s, mount.From, KindMount, Start(c.Location()), byName)
				}
			}
		}
	}
	return nil
}

// use is a stage by its name, or else an image, which BuildKit takes for the platform that is built for.
func (v *View) use(s *Stage, from string, kind Kind, line int, byName map[string]*Stage) {
	if stage, ok := byName[strings.ToLower(from)]; ok {
		s.Uses = append(s.Uses, stage)
	} else if from != scratch {
		v.take(s, from, Taken{Platform: v.Platform, Kind: kind, Line: line})
	}
}

// need marks a stage, and all that it needs.
func (v *View) need(s *Stage) {
	if s.Needed {
		return
	}
	s.Needed = true
	if s.FromStage != nil {
		v.need(s.FromStage)
	}
	for _, used := range s.Uses {
		v.need(used)
	}
}
