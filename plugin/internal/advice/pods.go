package advice

import (
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
)

// afterPods is what to run after tests in a cluster, where no engine has the image for a person to try.
func afterPods(row build.Row, r build.Result, line Line) string {
	switch {
	case row.State == draft.NotRun:
		return line.String() + "   (once the nodes have its emulator)"
	case row.State != draft.Failed:
		return line.String()
	case r.Plan.Published():
		return buildThatAnew
	}
	return BuildAnew(r, line) + "   (once the Dockerfile is mended)"
}
