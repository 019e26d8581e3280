package check

import (
	"context"
	"fmt"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// bases are the images of a Dockerfile, and what was found of each.
type bases struct {
	images   []Image
	findings []lint.Finding
}

// lookAt looks every image up that is taken for some platform, each of them once.
func lookAt(ctx context.Context, views []*dockerfile.View, look lookUp, quiet lint.Silence) (bases, error) {
	var asked []builder.LookedUp
	for _, view := range views {
		for _, taken := range view.Images() {
			l := builder.LookedUp{Image: taken.Image, Platform: taken.Platform}
			if taken.Wrong == nil && find(asked, l) < 0 {
				asked = append(asked, l)
			}
		}
	}
	found, err := look(ctx, asked)
	if err != nil {
		return bases{}, err
	}
	var b bases
	for at, view := range views {
		for _, taken := range view.Images() {
			j := judged{NotFound, lint.BaseNotFound(), fmt.Sprintf("%q is no name of an image", taken.Image), "mend the name"}
			l := builder.LookedUp{Image: taken.Image, Platform: taken.Platform, Err: taken.Wrong}
			if i := find(found, l); i >= 0 {
				l = found[i]
				j = judge(l, same(found, l))
			}
			b.cell(views, at, taken, l, j.state)
			if j.state != Served && !quiet.Silenced(j.rule.ID, taken.Stage.Comments) {
				b.add(j.rule.Of(taken.Line, j.cause, j.cure, platform.Format(view.Platform)))
			}
		}
	}
	return b, nil
}

// find is where an image and platform stand in a list.
func find(list []builder.LookedUp, l builder.LookedUp) int {
	return slices.IndexFunc(list, func(have builder.LookedUp) bool {
		return have.Image == l.Image && platform.Equal(have.Platform, l.Platform)
	})
}

// same are the look-ups of one image.
func same(list []builder.LookedUp, of builder.LookedUp) []builder.LookedUp {
	var out []builder.LookedUp
	for _, l := range list {
		if l.Image == of.Image {
			out = append(out, l)
		}
	}
	return out
}

// cell fills in what a platform's build gets.
func (b *bases) cell(views []*dockerfile.View, at int, taken dockerfile.Taken, l builder.LookedUp, state State) {
	i := slices.IndexFunc(b.images, func(have Image) bool { return have.Name == taken.Image })
	if i < 0 {
		i = len(b.images)
		b.images = append(b.images, Image{Name: taken.Image, Platforms: make([]Cell, len(views))})
	}
	image := &b.images[i]
	if !slices.Contains(image.Lines, taken.Line) {
		image.Lines = append(image.Lines, taken.Line)
		slices.Sort(image.Lines)
	}
	c := &image.Platforms[at]
	if c.State != NotTaken && c.State != Served { // what is wrong with it stands there already
		return
	}
	*c = Cell{Platform: platform.Format(views[at].Platform), State: state}
	if !platform.Equal(taken.Platform, views[at].Platform) {
		c.For = platform.Format(taken.Platform)
	}
	if l.Got.OS != "" {
		c.Got = platform.Format(l.Got)
	}
	if l.Err != nil {
		c.Reason = l.Err.Error()
	}
}

// add takes a finding down, with the platforms of the same.
func (b *bases) add(f lint.Finding) {
	for i, have := range b.findings {
		if have.Rule == f.Rule && have.Line == f.Line && have.Cause == f.Cause {
			b.findings[i].Platforms = append(have.Platforms, f.Platforms...)
			return
		}
	}
	b.findings = append(b.findings, f)
}
