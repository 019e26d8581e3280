package drafts

import (
	"context"
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// keepDebts is how long it is kept what images have failed that no draft knows, such as published ones.
const keepDebts = 90 * 24 * time.Hour

// Prune removes drafts, and forgets what images have failed of which no draft knows and nothing new was heard for long.
// What those of the drafts have failed holds until then: cleaning up lifts no verdict.
func (r PruneRequest) Prune(
	ctx context.Context, h dockercli.Host, s *store.Store, list []draft.Draft, now time.Time,
) (Removed, error) {
	gone, err := remove(ctx, h, s, list, removal{
		take:    s.RemoveUnchanged, // they may have been built anew while somebody was asked
		between: func(context.Context, []draft.Draft) error { return nil },
	})
	if err != nil {
		return gone, err
	}
	until := r.Until
	if until.IsZero() {
		until = now.Add(-keepDebts)
	}
	_, err = s.PruneDebts(ctx, until)
	return gone, err
}

// PruneRequest says which drafts nobody needs.
type PruneRequest struct {
	// All also takes drafts that were not published as they are.
	All bool
	// Until is when a draft must have been changed last; zero is any time.
	Until time.Time
}

// Choose takes the drafts to remove.
func (r PruneRequest) Choose(drafts []draft.Draft) []draft.Draft {
	var prunable []draft.Draft
	for _, d := range drafts {
		if !r.All && publishedState(d) != publishedYes || !r.Until.IsZero() && d.Updated.After(r.Until) {
			continue
		}
		prunable = append(prunable, d)
	}
	return prunable
}
