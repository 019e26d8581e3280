package build

import (
	"context"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Surveyed is what a dry run adds to a plan: what the builder and the inputs say of themselves.
type Surveyed struct {
	// Store is the folder where drafts are.
	Store   string
	Builder builder.Survey
	Inputs  map[string]string
	// From are the nodes that build the platforms, in their order, where those are not of the engine in use; empty: it
	// need not be fetched from elsewhere, or that is not known.
	From []string
	// Stands are the engines that test, in the order of the platforms; none: the engine in use does.
	Stands []trial.Stand
	// Sizes are what the draft holds of the platforms as it is, in bytes, by their order; 0: nothing.
	Sizes []int64
}

// Survey looks at what a plan is about. Nothing is started.
func Survey(ctx context.Context, h dockercli.Host, plan Plan) (seen Surveyed, err error) {
	seen.Store = h.StoreFolder()
	if seen.Builder, err = h.Builders().Inspect(ctx, plan.Builder, plan.Platforms.Platforms); err != nil {
		return seen, &UnreadyError{err}
	}
	seen.Stands = trial.Stands(ctx, h, plan.Plan, seen.Builder.Placements)
	seen.From = fromNodes(h, seen.Builder.Placements)
	if len(seen.Stands) > 0 || plan.Request.Stage.Used() || strings.Join(seen.From, "") != "" {
		seen.Sizes = sizes(ctx, h, plan)
	}
	if seen.Inputs, err = plan.Request.Inputs(ctx); err != nil {
		return seen, failure.Interrupted(ctx, failure.Wrap(failure.ErrBuild, err, ""))
	}
	return seen, nil
}

// fromNodes are the nodes from which images have to be fetched.
func fromNodes(h dockercli.Host, placed []builder.Placement) []string {
	from := make([]string, len(placed))
	for i, p := range placed {
		if p.Engine == "" || !h.SameEngine(p.Engine) {
			from[i] = p.Node
		}
	}
	return from
}

// sizes are the bytes that the draft holds of each platform of a plan: what is known beforehand of what will be sent.
func sizes(ctx context.Context, h dockercli.Host, plan Plan) (list []int64) {
	if h.HasStore() {
		_ = h.Look(ctx, func(s *store.Store) error {
			list = sizesIn(ctx, s, plan)
			return nil
		})
	}
	if list == nil { // what cannot be read is not known
		return make([]int64, len(plan.Platforms.Platforms))
	}
	return list
}

// sizesIn are the sizes that a store knows.
func sizesIn(ctx context.Context, s *store.Store, plan Plan) []int64 {
	list := make([]int64, len(plan.Platforms.Platforms))
	if len(plan.Names) == 0 {
		return list
	}
	d, err := s.Draft(ctx, plan.Names[0])
	if err != nil {
		return list
	}
	for i, p := range plan.Platforms.Platforms {
		for _, image := range d.Images {
			if !platform.Satisfies(image.Platform, p) {
				continue
			}
			if size, err := s.ArchiveSize(ctx, image.Manifest); err == nil {
				list[i] = size
			}
		}
	}
	return list
}
