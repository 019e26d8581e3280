package build

import (
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// planOf is the plan of a build of app:1 that tests what it builds.
func planOf(t *testing.T, platforms ...string) Plan {
	t.Helper()
	plan := Plan{Names: []reference.NamedTagged{plugintest.Named(t, "app:1")}}
	plan.Name, plan.Mode, plan.Emulation = plan.Names[0], trial.Test, trial.EmulationAllow
	if len(platforms) > 0 {
		plan.Platforms.Platforms = plugintest.ParsePlatforms(t, platforms...)
	}
	return plan
}

// buildingOf is a build of app:1 in progress.
func buildingOf(t *testing.T, s *store.Store, platforms ...string) *run {
	t.Helper()
	return &run{ledger: &ledger{plan: planOf(t, platforms...), store: s}}
}

// concludedOf is what a build comes to.
func concludedOf(t *testing.T, b *run) Result {
	t.Helper()
	result, err := b.Conclude(t.Context(), Result{Plan: b.plan})
	assert.NilError(t, err)
	return result
}

// shutFor is what the gate says against a draft; nil: nothing.
func shutFor(t *testing.T, s *store.Store, d draft.Draft) error {
	t.Helper()
	var shut gate.Error
	for _, image := range d.Select(nil) {
		note := d.Note(image.Platform)
		c := gate.Candidate{Image: image, From: reference.FamiliarString(d.Name), Note: &note}
		var err error
		c.Record, c.Recorded, err = record.Of(t.Context(), s, image)
		assert.NilError(t, err)
		if image.Manifest.Digest != "" {
			c.Book, err = drafts.BookOf(t.Context(), s, image)
			assert.NilError(t, err)
		}
		if decision := (gate.Policy{}).Decide(c); !decision.Open {
			shut.Refused = append(shut.Refused, gate.Refusal{Candidate: c, Decision: decision})
		}
	}
	if len(shut.Refused) == 0 {
		return nil
	}
	return &shut
}
