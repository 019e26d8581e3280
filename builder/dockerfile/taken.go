package dockerfile

import (
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Kind is how an image is taken.
type Kind string

// The kinds.
const (
	KindFrom  Kind = "FROM"
	KindCopy  Kind = "COPY --from"
	KindMount Kind = "RUN --mount"
)

// Taken is an image that a build takes something from.
type Taken struct {
	// Image is its full name, with a tag or digest.
	Image string
	// Platform is the one BuildKit asks for.
	Platform ocispec.Platform
	Kind     Kind
	// Line is where it is taken, Stage the stage that takes it.
	Line  int
	Stage *Stage
	// Wrong says why the name is none; such an image cannot be looked up.
	Wrong error
}

// Images are the images of all stages that the target needs, in the order of the file.
func (v *View) Images() []Taken { return v.images }

// take notes an image, unless a further build context stands for it, and returns its full name.
func (v *View) take(s *Stage, name string, t Taken) string {
	t.Stage = s
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		t.Image, t.Wrong = name, err
		s.takes = append(s.takes, t)
		return name
	}
	t.Image = reference.TagNameOnly(named).String()
	if spec, ok := v.context(t.Image, t.Platform); ok {
		v.takeContext(s, spec, t)
		return ""
	}
	s.takes = append(s.takes, t)
	return t.Image
}

// takeContext notes the image of a further build context that is one.
func (v *View) takeContext(s *Stage, spec string, t Taken) {
	name, ok := strings.CutPrefix(spec, "docker-image://")
	if !ok || name == scratch {
		return
	}
	t.Stage, t.Image = s, name
	if named, err := reference.ParseNormalizedNamed(name); err != nil {
		t.Wrong = err
	} else {
		t.Image = reference.TagNameOnly(named).String()
	}
	s.takes = append(s.takes, t)
}

// Start is the first line of a place.
func Start(location []parser.Range) int {
	if len(location) == 0 {
		return 0
	}
	return location[0].Start.Line
}

// End is the last line of a place.
func End(location []parser.Range) int {
	if len(location) == 0 {
		return 0
	}
	return location[len(location)-1].End.Line
}
