package gate_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// gateCase is the state of linux/arm64.
type gateCase struct {
	name string
	// result is that of its test record; empty: there is none. absent: there is no image.
	result string
	absent bool
	note   draft.Note
	// refused is what the gate says of it in the draft app:1; empty: it is open.
	refused string
	// elsewhere is what the gate says of it where it stands, as :1 of app: there are no notes there.
	elsewhere string
	// waivedBare and waivedByName tell whether --allow-untested, and --allow-untested=linux/arm64, open it.
	waivedBare, waivedByName bool
	state                    draft.State
}

func gateCases() []gateCase {
	const elsewhere = "linux/arm64 of app:1 is untested"
	return []gateCase{
		{name: "passed", result: record.Passed, state: draft.Passed},
		{
			name: "passed, nothing to run", result: record.Passed, note: draft.Note{State: draft.NothingToRun},
			state: draft.Passed,
		},
		{name: "waived before", result: record.Warned, state: draft.Waived},
		{
			name: "waived before, not run", result: record.Warned,
			note: draft.Note{State: draft.NotRun, Reason: "no emulator"}, state: draft.Waived,
		},
		{
			name: "untested", refused: "linux/arm64 is untested", elsewhere: elsewhere, waivedBare: true, waivedByName: true,
			state: draft.Untested,
		},
		{
			name: "failed", result: record.Failed, note: draft.Note{State: draft.Failed, Reason: "smoke test: exit code 3\n"},
			refused: "linux/arm64 failed: smoke test: exit code 3", elsewhere: "linux/arm64 of app:1 failed",
			waivedByName: true, state: draft.Failed,
		},
		{
			name: "failed before", result: record.Failed, refused: "linux/arm64 failed",
			elsewhere: "linux/arm64 of app:1 failed", waivedByName: true, state: draft.Failed,
		},
		{
			name: "failed, and no more is known", result: record.Failed, note: draft.Note{State: "failed", Reason: "failed"},
			refused: "linux/arm64 failed", elsewhere: "linux/arm64 of app:1 failed", waivedByName: true, state: draft.Failed,
		},
		{
			name: "inconclusive", note: draft.Note{State: draft.Inconclusive, Reason: "smoke test: out of memory"},
			refused:   "linux/arm64 is inconclusive: smoke test: out of memory",
			elsewhere: elsewhere, waivedBare: true, waivedByName: true, state: draft.Inconclusive,
		},
		{
			name: "passed before, and now inconclusive", result: record.Passed,
			note:    draft.Note{State: draft.Inconclusive, Reason: "smoke test: out of memory"},
			refused: "linux/arm64 is inconclusive: smoke test: out of memory", waivedBare: true, waivedByName: true,
			state: draft.Inconclusive,
		},
		{
			name: "not run", note: draft.Note{State: draft.NotRun, Reason: "no emulator"},
			refused: "linux/arm64 was not run: no emulator", elsewhere: elsewhere, waivedBare: true, waivedByName: true,
			state: draft.NotRun,
		},
	}
}

// staleCases are platforms whose image is not there, or not what the last build was to make.
func staleCases() []gateCase {
	return []gateCase{
		{
			name: "never built", absent: true, refused: "linux/arm64 is missing from app:1: it was never built",
			state: draft.Missing,
		},
		{
			name: "not built", absent: true, note: draft.Note{State: draft.NotBuilt, Reason: "RUN false: exit code 1"},
			refused: "linux/arm64 is missing from app:1: RUN false: exit code 1", state: draft.Missing,
		},
		{
			name: "interrupted", result: record.Passed, note: draft.UnfinishedNote(),
			refused: "linux/arm64 is untested: its build did not end", state: draft.Unfinished,
		},
		{
			name: "stale: the new build failed", result: record.Passed,
			note:    draft.Note{State: draft.NotBuilt, Reason: "RUN false"},
			refused: "linux/arm64 was not built: RUN false", state: draft.NotBuilt,
		},
		{
			name: "stale: the new image is unusable", result: record.Passed,
			note:    draft.Note{State: draft.Broken, Reason: "says that it is for linux/amd64"},
			refused: "linux/arm64 is error: says that it is for linux/amd64", state: draft.Broken,
		},
		{
			name: "stale: what failed before did not build again", result: record.Failed, note: draft.UnfinishedNote(),
			refused:   "linux/arm64 failed: its build did not end",
			elsewhere: "linux/arm64 of app:1 failed", state: draft.Failed,
		},
	}
}

// candidate is what the gate is to decide on: out of a draft, or where it stands.
func (tc gateCase) candidate(t *testing.T, inDraft bool) gate.Candidate {
	t.Helper()
	c := gate.Candidate{
		Image: manifest.Image{Platform: platforms(t, "linux/arm64")[0]}, From: "app:1",
		Record: record.Result{Result: tc.result}, Recorded: tc.result != "",
	}
	if !tc.absent {
		c.Image.Manifest = ocispec.Descriptor{Digest: digest.FromString("image")}
	}
	if inDraft {
		c.Note = &tc.note
	}
	return c
}

func platforms(t *testing.T, values ...string) []ocispec.Platform {
	t.Helper()
	parsed, err := platform.Parse(values)
	assert.NilError(t, err)
	return parsed
}

func TestDecide(t *testing.T) {
	for _, tc := range append(gateCases(), staleCases()...) {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, gate.Policy{}.Decide(tc.candidate(t, true)),
				gate.Decision{State: tc.state, Open: tc.refused == "", Why: tc.refused})
		})
	}
}

// Where an image stands there are no notes: its record alone decides.
func TestDecideElsewhere(t *testing.T) {
	for _, tc := range append(gateCases(), staleCases()...) {
		if tc.absent {
			continue
		}
		t.Run(tc.name, func(t *testing.T) {
			decision := gate.Policy{}.Decide(tc.candidate(t, false))
			assert.Equal(t, decision.Why, tc.elsewhere)
			assert.Equal(t, decision.Open, tc.elsewhere == "")
			assert.Check(t, !decision.Waive)
		})
	}
}

// What was carried over passed a gate before, whatever its record says now.
func TestDecideCarried(t *testing.T) {
	for _, tc := range append(gateCases(), staleCases()...) {
		if tc.absent {
			continue
		}
		c := tc.candidate(t, false)
		c.Carried = true
		decision := gate.Policy{}.Decide(c)
		assert.Check(t, decision.Open && !decision.Waive && decision.Why == "", tc.name)
	}
}

func TestDecideWaivers(t *testing.T) {
	for _, tc := range append(gateCases(), staleCases()...) {
		for _, waiver := range []struct {
			name   string
			policy gate.Policy
			opens  bool
		}{
			{"all", gate.Policy{WaiveAll: true}, tc.waivedBare},
			{"arm64", gate.Policy{Waived: platforms(t, "arm64")}, tc.waivedByName},
			{"linux/amd64", gate.Policy{Waived: platforms(t, "linux/amd64")}, false},
		} {
			t.Run(tc.name+", waived "+waiver.name, func(t *testing.T) {
				decision := waiver.policy.Decide(tc.candidate(t, true))
				assert.Equal(t, decision.State, tc.state)
				assert.Equal(t, decision.Open, waiver.opens || tc.refused == "")
				assert.Equal(t, decision.Waive, waiver.opens, "what passed needs no waiver")
				if !decision.Open {
					assert.Equal(t, decision.Why, tc.refused)
				}
			})
		}
	}
}

// Elsewhere a waiver opens the gate to all but what is missing; what failed has to be named.
func TestDecideWaiversElsewhere(t *testing.T) {
	for _, tc := range append(gateCases(), staleCases()...) {
		if tc.elsewhere == "" {
			continue
		}
		failed := strings.Contains(tc.elsewhere, "failed")
		c := tc.candidate(t, false)
		assert.Equal(t, gate.Policy{WaiveAll: true}.Decide(c).Waive, !failed, tc.name)
		assert.Check(t, gate.Policy{Waived: platforms(t, "arm64")}.Decide(c).Waive, tc.name)
		assert.Check(t, !gate.Policy{Waived: platforms(t, "amd64")}.Decide(c).Open, tc.name)
	}
}

// An image with os.version is waived by its platform without one.
func TestDecideTakesOSVersionOfTheImage(t *testing.T) {
	c := gateCase{}.candidate(t, true)
	c.Image.Platform = platforms(t, "windows(10.0.20348.1)/amd64")[0]
	assert.Check(t, gate.Policy{Waived: platforms(t, "windows/amd64")}.Decide(c).Waive)
	assert.Check(t, !gate.Policy{Waived: platforms(t, "windows(10.0.17763.1)/amd64")}.Decide(c).Open)
}

// The error names all that was shut out, and tells whether a test alone would open the gate.
func TestError(t *testing.T) {
	var shut gate.Error
	for _, tc := range gateCases()[4:6] {
		c := tc.candidate(t, true)
		shut.Refused = append(shut.Refused, gate.Refusal{Candidate: c, Decision: gate.Policy{}.Decide(c)})
	}
	assert.Error(t, &shut, "linux/arm64 is untested\nlinux/arm64 failed: smoke test: exit code 3")
	assert.Check(t, errors.Is(&shut, gate.ErrShut))
	assert.Check(t, !shut.Rebuild())
	arm64 := platforms(t, "arm64")[0]
	assert.DeepEqual(t, shut.Platforms(), []ocispec.Platform{arm64, arm64})

	for _, rebuild := range []gateCase{{absent: true}, {result: record.Passed, note: draft.UnfinishedNote()}} {
		c := rebuild.candidate(t, true)
		again := gate.Error{Refused: []gate.Refusal{{Candidate: c, Decision: gate.Policy{}.Decide(c)}}}
		assert.Check(t, again.Rebuild())
	}
}

// Where images are to be reproducible, what no second build has made again is shut out, and no waiver opens the gate;
// what was carried over passed before.
func TestDecideReproducible(t *testing.T) {
	policy := gate.Policy{RequireReproducible: true, WaiveAll: true, Waived: platforms(t, "arm64")}
	for _, tc := range append(gateCases(), staleCases()...) {
		c := tc.candidate(t, true)
		open := gate.Policy{WaiveAll: true, Waived: policy.Waived}.Decide(c)
		if !open.Open {
			assert.DeepEqual(t, policy.Decide(c), open)
			continue
		}
		decision := policy.Decide(c)
		assert.Check(t, !decision.Open && !decision.Waive && decision.Unproven, tc.name)
		assert.Equal(t, decision.Why, "linux/arm64 has no record that a second build has made the same image")
		c.Rebuilt = true
		assert.Equal(t, policy.Decide(c).Why, "linux/arm64 is not reproducible: a second build has made another image")
		c.Reproduced = true
		assert.DeepEqual(t, policy.Decide(c), open)
		c.Reproduced, c.Carried = false, true
		assert.Check(t, policy.Decide(c).Open, tc.name)
	}
	c := gateCases()[0].candidate(t, false)
	assert.Equal(t, policy.Decide(c).Why, "linux/arm64 of app:1 has no record that a second build has made the same image")
	shut := gate.Error{Refused: []gate.Refusal{{Candidate: c, Decision: policy.Decide(c)}}}
	assert.Check(t, shut.Unproven())
	assert.Equal(t, len(shut.Untested()), 0)
}
