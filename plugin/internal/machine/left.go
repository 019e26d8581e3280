package machine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// leftPatience is how long an engine may take to say what killed processes have left in it: nothing depends on that.
const leftPatience = 5 * time.Second

// leftover names what killed processes of this user on this machine have left.
func leftover(ctx context.Context, h dockercli.Host) (names []string) {
	ctx, cancel := context.WithTimeout(ctx, leftPatience)
	defer cancel()
	left, err := everythingLeft(ctx, h.EngineClient())
	if err != nil {
		return nil // an engine that does not answer is told by what needs it
	}
	return append(namesOf(left), named("folder ", scratch.Left())...)
}

// everythingLeft is what was left in an engine, the images last, which containers hold.
func everythingLeft(ctx context.Context, engine container.Lister) ([]container.Left, error) {
	left, err := container.Leftovers(ctx, engine)
	if err != nil {
		return nil, err
	}
	images, err := container.LeftImages(ctx, engine)
	return append(left, images...), err
}

// SweepLeft removes what killed processes of this user on this machine have left in the engine, but for images, and
// among temporary folders, and says so in lines, if there was something. What a living one has, or another machine, is
// left alone.
func SweepLeft(ctx context.Context, h dockercli.Host) []string {
	return sweepAll(ctx, h, container.Leftovers)
}

// SweepAll is SweepLeft with the images.
func SweepAll(ctx context.Context, h dockercli.Host) []string {
	return sweepAll(ctx, h, everythingLeft)
}

// finder lists what was left in an engine.
type finder func(context.Context, container.Lister) ([]container.Left, error)

// sweepAll removes what a finder finds in the engine, and temporary folders.
func sweepAll(ctx context.Context, h dockercli.Host, find finder) (lines []string) {
	names, unable := sweep(ctx, h, find)
	folders, err := scratch.Sweep()
	if err != nil {
		unable = append(unable, err.Error())
	}
	names = append(names, named("folder ", folders)...)
	if len(names) > 0 {
		lines = append(lines, "removed what a process that was killed has left: "+strings.Join(names, ", "))
	}
	return append(lines, unable...)
}

// sweep removes what was left in the engine.
func sweep(ctx context.Context, h dockercli.Host, find finder) (names, unable []string) {
	finding, done := context.WithTimeout(ctx, leftPatience)
	defer done()
	left, err := find(finding, h.EngineClient())
	if err != nil {
		return nil, nil
	}
	removing, end := container.Cleaning(ctx, time.Minute)
	defer end()
	gone, err := container.RemoveLeft(removing, left)
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			unable = append(unable, visible.Line(strings.TrimSpace(line)))
		}
	}
	return namesOf(gone), unable
}

// namesOf says what things are.
func namesOf(left []container.Left) (names []string) {
	for _, l := range left {
		name := l.Kind + " " + visible.Line(l.Name)
		if l.Purpose != "" {
			name += fmt.Sprintf(" (%s)", visible.Line(l.Purpose))
		}
		names = append(names, name)
	}
	return names
}

// named puts a word before each of the names.
func named(kind string, names []string) (list []string) {
	for _, name := range names {
		list = append(list, kind+visible.Line(name))
	}
	return list
}
