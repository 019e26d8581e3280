package build

import (
	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// show puts a row on the display for each platform that is built.
func (l *ledger) show(pw progress.Writer, placed []builder.Placement) {
	for _, placement := range placed {
		l.showOne(pw, placement.Platform, shown.How(placement.Platform, placement.Native))
	}
}

// showOne puts a row on the display.
func (l *ledger) showOne(pw progress.Writer, p ocispec.Platform, how string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.onDisplay == nil {
		l.onDisplay = map[string]*shown.Row{}
	}
	l.onDisplay[platform.Format(p)] = shown.Begin(pw, platform.Format(p), how)
}

// say tells the display what came of a platform.
func (l *ledger) say(of Row) {
	l.onDisplay[platform.Format(of.Platform)].End(of.Verdict(), of.Failure())
}
