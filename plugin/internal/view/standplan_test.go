package view

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// The plan says who builds, who tests, and how much crosses which link; where nothing was built yet it says that it does
// not know. Where the engine in use tests all, it says nothing of it.
func TestPlanOfTestsElsewhere(t *testing.T) {
	list := plugintest.ParsePlatforms(t, "linux/amd64", "linux/arm64", "linux/s390x")
	plan := build.Plan{Plan: trial.Plan{Mode: trial.Test}, Platforms: platform.Choice{Platforms: list}}
	plan.Names = append(plan.Names, plugintest.Named(t, "app:1"))
	seen := build.Surveyed{Builder: builder.Survey{Placements: []builder.Placement{
		{Platform: list[0], Node: "multiplat0", Native: true}, {Platform: list[1], Node: "multiplat1", Native: true}, {},
	}}}
	assert.Check(t, !is.Contains(PlanText(plan, seen), "to be sent")().Success())

	seen.From = []string{"", "multiplat1", ""}
	seen.Stands = []trial.Stand{
		{},
		{Place: "pi", Host: "ssh://me@pi", Kind: shown.Native},
		{Place: "z", Silent: "connection refused"},
	}
	seen.Builder.Placements[1].Down = "it cannot be reached at tcp://pi:1234"
	assert.Check(t, is.Contains(PlanText(plan, seen),
		"  linux/arm64: build on multiplat1, which is out of reach (it cannot be reached at tcp://pi:1234), audit"))
	seen.Builder.Placements[1].Down = ""
	seen.Sizes = []int64{1, 22_400_000, 0}
	text := PlanText(plan, seen)
	for _, line := range []string{
		"  linux/amd64: build native on multiplat0, audit, load as app:1--amd64 on the engine in use, run the smoke test\n",
		"  linux/arm64: build native on multiplat1, audit, load as app:1--arm64 native on pi at ssh://me@pi, run the smoke test\n",
		"  linux/s390x: build, audit, load as app:1--s390x on z, which does not answer (connection refused), run the smoke",
		"to be sent\n",
		"  linux/arm64: from node multiplat1 to this machine, then from this machine to pi, without the layers that it " +
			"has: at most about 22.4MB each, going by what the draft holds now\n",
		"  linux/s390x: from this machine to z, without the layers that it has: how much is not known before it was built once\n",
	} {
		assert.Check(t, is.Contains(text, line))
	}
}

// What a node elsewhere builds comes to this machine, also where the engine in use tests it, or nobody does.
func TestPlanOfNodesElsewhere(t *testing.T) {
	list := plugintest.ParsePlatforms(t, "linux/amd64", "linux/arm64")
	for _, mode := range []trial.Mode{trial.Test, trial.Load, 0} {
		plan := build.Plan{Plan: trial.Plan{Mode: mode}, Platforms: platform.Choice{Platforms: list}}
		plan.Names = append(plan.Names, plugintest.Named(t, "app:1"))
		seen := build.Surveyed{From: []string{"", "pi0"}, Sizes: []int64{1, 22_400_000}}
		text := PlanText(plan, seen)
		assert.Check(
			t,
			is.Contains(text, "to be sent\n  linux/arm64: from node pi0 to this machine: at most about 22.4MB, going"),
		)
		assert.Check(t, !is.Contains(text, "linux/amd64: from node")().Success())
	}
}

// What the engine in use tests crosses no link, also where it is named by its docker context.
func TestPlanOfTheEngineInUseByName(t *testing.T) {
	list := plugintest.ParsePlatforms(t, "linux/amd64")
	plan := build.Plan{Plan: trial.Plan{Mode: trial.Test}, Platforms: platform.Choice{Platforms: list}}
	plan.Names = append(plan.Names, plugintest.Named(t, "app:1"))
	seen := build.Surveyed{Stands: []trial.Stand{{Place: "home", Host: "unix:///here", Here: true}}}
	text := PlanText(plan, seen)
	assert.Check(t, is.Contains(text, "on home at unix:///here"))
	assert.Check(t, !is.Contains(text, "to be sent")().Success(), text)
}

// Of what is staged the plan says which links its layers cross: none to this machine.
func TestPlanOfStaged(t *testing.T) {
	list := plugintest.ParsePlatforms(t, "linux/amd64", "linux/arm64")
	plan := build.Plan{Plan: trial.Plan{Mode: trial.Test}, Platforms: platform.Choice{Platforms: list}}
	plan.Names = append(plan.Names, plugintest.Named(t, "r.example/app:1"))
	plan.Request.Stage.Repositories = []string{"r.example/app"}
	seen := build.Surveyed{
		Builder: builder.Survey{Placements: []builder.Placement{{Platform: list[0], Node: "farm0", Native: true}, {}}},
		Stands:  []trial.Stand{{}, {Place: "pi"}},
		Sizes:   []int64{22_400_000, 0},
	}
	text := PlanText(plan, seen)
	for _, line := range []string{
		"  linux/amd64: build native on farm0, push by digest, audit, load as",
		"to be sent, and nothing of layers to this machine\n",
		"  linux/amd64: from node farm0 to r.example/app, then from there to the engine in use, which pulls: at most about " +
			"22.4MB each",
		"  linux/arm64: from the builder to r.example/app, then from there to pi, which pulls: how much is not known",
	} {
		assert.Check(t, is.Contains(text, line))
	}
}
