package plugin

import (
	"cmp"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// buildRow is one platform of a build.
type buildRow struct {
	trialOutcome
	// image is nil where there is none to be put into the draft.
	image  *manifest.Image
	config digest.Digest
	// inputs are what the platform was built from.
	inputs map[string]string
	took   time.Duration
}

// buildResult is a build that ended, whatever came of its platforms.
type buildResult struct {
	plan buildPlan
	// rows are in the order of the request. A build that did not begin has none.
	rows   []buildRow
	placed []builder.Placement
	// draft is what the store holds in the end, state what is known of it then.
	draft draft.Draft
	state draft.State
}

// position is where in the request a platform stands; -1: it was not asked for.
func (p buildPlan) position(of ocispec.Platform) int {
	return slices.IndexFunc(p.platforms.Platforms, func(asked ocispec.Platform) bool {
		return manifest.SamePlatform(asked, of)
	})
}

// sorted are rows in the order of the request.
func (p buildPlan) sorted(rows []buildRow) []buildRow {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(x, y buildRow) int {
		return cmp.Compare(p.position(x.platform), p.position(y.platform))
	})
	return rows
}

// resultOfTest is the test of an image that is no draft, as a result of one platform after the other.
func resultOfTest(plan trialPlan, outcomes []trialOutcome) buildResult {
	result := buildResult{plan: buildPlan{trialPlan: plan}}
	for _, o := range outcomes {
		result.rows = append(result.rows, buildRow{trialOutcome: o})
	}
	return result
}
