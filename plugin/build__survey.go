package plugin

import (
	"context"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// surveyed is what a dry run adds to a plan: what the builder and the inputs say of themselves.
type surveyed struct {
	// store is the folder where drafts are.
	store   string
	builder builder.Survey
	inputs  map[string]string
}

// surveyBuild looks at what a plan is about. Nothing is started.
func surveyBuild(ctx context.Context, h host, plan buildPlan) (seen surveyed, err error) {
	seen.store = h.storeFolder()
	if seen.builder, err = h.builders().Inspect(ctx, plan.builder, plan.platforms.Platforms); err != nil {
		return seen, &unreadyError{err}
	}
	if seen.inputs, err = plan.request.Source(ctx); err != nil {
		return seen, interrupted(ctx, fail(errBuild, err, ""))
	}
	return seen, nil
}
