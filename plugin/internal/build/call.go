package build

import (
	"context"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Question is what the frontend of a Dockerfile is asked in the place of a build (docker buildx build --call).
type Question struct {
	Builder string
	Request request.Request
	Method  request.Method
}

// Ask asks the frontend, and returns its answer.
func (q Question) Ask(ctx context.Context, h dockercli.Host, pw progress.Writer) (map[string]string, error) {
	need := builder.Need{Platforms: q.Request.Platforms[:1], Context: Spread(q.Request.Context)}
	node, err := h.Builders().Boot(ctx, q.Builder, need, pw)
	if err != nil {
		return nil, &UnreadyError{err}
	}
	answer, err := node.Call(ctx, q.Request, q.Method, pw)
	return answer, failure.Wrap(failure.ErrBuild, err, "")
}

// Questions are what the frontends of several targets are asked, by their names.
type Questions struct {
	Plans   []Plan
	Methods map[string]request.Method
}

// Ask asks the frontends, and returns their answers. Plans without a method are there for those that take them.
func (q Questions) Ask(
	ctx context.Context, h dockercli.Host, pw progress.Writer,
) (map[string]map[string]string, error) {
	need := needOf(q.Plans...)
	need.Platforms = nil
	for _, p := range q.Plans { // a question is about the Dockerfile, and asked for one platform
		need.Platforms = append(need.Platforms, p.Request.Platforms[0])
	}
	node, err := h.Builders().Boot(ctx, q.Plans[0].Builder, need, pw)
	if err != nil {
		return nil, &UnreadyError{err}
	}
	works := make([]builder.Work, 0, len(q.Plans))
	for _, p := range q.Plans {
		works = append(works, builder.Work{Name: p.Target, Request: p.Request})
	}
	answers, err := node.CallAll(ctx, works, q.Methods, pw)
	return answers, failure.Wrap(failure.ErrBuild, err, "")
}
