package drafts

import (
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

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
