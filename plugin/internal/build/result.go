package build

import (
	"cmp"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/builder/steps"
	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Row is one platform of a build.
type Row struct {
	trial.Outcome
	// Image is nil where there is none to be put into the draft.
	Image  *manifest.Image
	Config digest.Digest
	// staged are the repositories where its layers are, and not here.
	staged []string
	// inputs are what the platform was built from.
	inputs request.Description
	Took   time.Duration
	// Output is what was written by the step of the build that failed.
	Output string
	// Differences are the ways in which it is not the app that another platform is.
	Differences []parity.Difference
	// Tests are the tests that the draft keeps for the platform, as flags.
	Tests []string
}

// Result is a build that ended, whatever came of its platforms.
type Result struct {
	Plan Plan
	// Rows are in the order of the request. A build that did not come to a solve has none.
	Rows []Row
	// Begun tells that a build has begun: from then on the draft is not what it was.
	Begun  bool
	Placed []builder.Placement
	// Holders are the drafts to be removed for what the images have failed to be forgotten.
	Holders []string
	// Draft is what the store holds in the end, State what is known of it then.
	Draft draft.Draft
	State draft.State
	// Slow is what the platforms spent under emulators, where that is worth saying.
	Slow []steps.Spent
	// Emulated tells of each step that ran a program whether an emulator ran it, as far as the Dockerfile shows.
	Emulated map[digest.Digest]bool
}

// Position is where in the request a platform stands; -1: it was not asked for.
func (p Plan) Position(of ocispec.Platform) int {
	return slices.IndexFunc(p.Platforms.Platforms, func(asked ocispec.Platform) bool {
		return platform.Equal(asked, of)
	})
}

// sorted are rows in the order of the request.
func (p Plan) sorted(rows []Row) []Row {
	rows = slices.Clone(rows)
	order.Stable(rows, func(x, y Row) int {
		return cmp.Compare(p.Position(x.Platform), p.Position(y.Platform))
	})
	return rows
}

// ResultOfTest is the test of an image that is no draft, as a result of one platform after the other.
func ResultOfTest(plan trial.Plan, outcomes []trial.Outcome) Result {
	result := Result{Plan: Plan{Plan: plan}}
	for _, o := range outcomes {
		result.Rows = append(result.Rows, Row{Outcome: o})
	}
	return result
}
