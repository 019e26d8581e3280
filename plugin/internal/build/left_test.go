package build

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// A build that was called off when all had passed does not say that platforms are missing.
func TestLeft(t *testing.T) {
	for _, tc := range []struct {
		states []draft.State
		begun  bool
		left   string
	}{
		{nil, false, "is as it was"},
		{nil, true, "says which platforms are missing"},
		{[]draft.State{draft.Passed}, true, "says which platforms are missing"},
		{[]draft.State{draft.Passed, draft.Unfinished}, true, "says which platforms are missing"},
		{[]draft.State{draft.Passed, draft.NotBuilt}, true, "says which platforms are missing"},
		{[]draft.State{draft.Passed, draft.Untested}, true, "has every platform, and says what is known of each"},
		{[]draft.State{draft.Passed, draft.NothingToRun}, true, "has every platform, and all have passed: publish takes it as it is"},
	} {
		r := Result{Begun: tc.begun}
		r.Plan.Platforms.Platforms = make([]ocispec.Platform, 2)
		for _, state := range tc.states {
			r.Rows = append(r.Rows, Row{Outcome: trial.Outcome{State: state}})
		}
		assert.Equal(t, r.Left(), tc.left)
	}
}
