package build

import (
	"strings"
	"sync/atomic"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
)

// onbuildWatch looks for steps that a base image brings along (ONBUILD): they may take any file of a context, and no
// Dockerfile here names it.
type onbuildWatch struct {
	progress.Writer
	seen atomic.Bool
}

// Write implements [progress.Writer].
func (w *onbuildWatch) Write(status *client.SolveStatus) {
	for _, v := range status.Vertexes {
		if step, ok := strings.CutPrefix(v.Name, "["); ok {
			if _, command, _ := strings.Cut(step, "] "); strings.HasPrefix(command, "ONBUILD ") {
				w.seen.Store(true)
			}
		}
	}
	w.Writer.Write(status)
}
