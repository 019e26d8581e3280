package build

import (
	"context"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Surveyed is what a dry run adds to a plan: what the builder and the inputs say of themselves.
type Surveyed struct {
	// Store is the folder where drafts are.
	Store   string
	Builder builder.Survey
	Inputs  map[string]string
}

// Survey looks at what a plan is about. Nothing is started.
func Survey(ctx context.Context, h dockercli.Host, plan Plan) (seen Surveyed, err error) {
	seen.Store = h.StoreFolder()
	if seen.Builder, err = h.Builders().Inspect(ctx, plan.Builder, plan.Platforms.Platforms); err != nil {
		return seen, &UnreadyError{err}
	}
	if seen.Inputs, err = plan.Request.Inputs(ctx); err != nil {
		return seen, failure.Interrupted(ctx, failure.Wrap(failure.ErrBuild, err, ""))
	}
	return seen, nil
}
