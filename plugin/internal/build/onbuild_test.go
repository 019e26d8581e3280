package build

import (
	"testing"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"
)

// statuses is a display that keeps what it is given.
type statuses struct {
	progress.Writer
	got []*client.SolveStatus
}

func (s *statuses) Write(status *client.SolveStatus) { s.got = append(s.got, status) }

// Only a step that a base image brings along counts, as BuildKit names it; all steps are shown.
func TestOnbuildWatch(t *testing.T) {
	for name, want := range map[string]bool{
		"[linux/amd64 stage-0 2/2] ONBUILD COPY . /app": true,
		"[2/2] ONBUILD RUN --mount=target=/s true":      true,
		"[2/2] RUN echo ] ONBUILD COPY":                 false,
		"[internal] load build context":                 false,
		"ONBUILD COPY . /app":                           false,
	} {
		shown := &statuses{}
		w := &onbuildWatch{Writer: shown}
		w.Write(&client.SolveStatus{Vertexes: []*client.Vertex{{Name: "[internal] load .dockerignore"}, {Name: name}}})
		assert.Equal(t, w.seen.Load(), want, name)
		assert.Equal(t, len(shown.got), 1)
	}
}
