package plugin

import (
	"context"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// question is what the frontend of a Dockerfile is asked in the place of a build (docker buildx build --call).
type question struct {
	builder string
	request builder.Request
	method  builder.Method
}

// ask asks the frontend, and returns its answer.
func (q question) ask(ctx context.Context, h host, pw progress.Writer) (map[string]string, error) {
	node, err := h.builders().Boot(ctx, q.builder, pw)
	if err != nil {
		return nil, &unreadyError{err}
	}
	answer, err := node.Call(ctx, q.request, q.method, pw)
	return answer, fail(errBuild, err, "")
}
