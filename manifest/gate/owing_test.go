package gate_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// What an image has failed and not made good decides, whatever its record and its note say: only a name opens the gate.
func TestDecideByDebts(t *testing.T) {
	failed := debt.Debt{ID: "1", Cause: debt.Tests, Words: []string{"--test=app"}, Reason: "exit code 7"}
	ended := debt.Debt{ID: "2", Cause: debt.Tests, Inconclusive: true, Reason: "not done after 30s"}
	waived := failed
	waived.Waived, waived.Waivers = true, []debt.Waiver{{Reason: "known"}}
	for name, tc := range map[string]struct {
		debts []debt.Debt
		state draft.State
		// open is without a waiver, bare and named with one; for what is there and recorded as passed.
		open, bare, named bool
		why               string
	}{
		"nothing":                {nil, draft.Passed, true, true, true, ""},
		"failed":                 {[]debt.Debt{failed}, draft.Failed, false, false, true, "linux/arm64 failed: exit code 7"},
		"inconclusive":           {[]debt.Debt{ended}, draft.Inconclusive, false, true, true, "linux/arm64 is inconclusive: not done after 30s"},
		"both":                   {[]debt.Debt{ended, failed}, draft.Failed, false, false, true, "linux/arm64 failed: exit code 7"},
		"waived":                 {[]debt.Debt{waived}, draft.Waived, true, true, true, ""},
		"waived, and failed":     {[]debt.Debt{waived, failed}, draft.Failed, false, false, true, "linux/arm64 failed: exit code 7"},
		"waived, and then ended": {[]debt.Debt{waived, ended}, draft.Inconclusive, false, true, true, "linux/arm64 is inconclusive: not done after 30s"},
	} {
		t.Run(name, func(t *testing.T) {
			c := gateCase{result: record.Passed}.candidate(t, true)
			c.Book = debt.Book{Debts: tc.debts}
			plain := gate.Policy{}.Decide(c)
			assert.Equal(t, plain, gate.Decision{State: tc.state, Open: tc.open, Why: tc.why})
			assert.Equal(t, gate.Policy{WaiveAll: true}.Decide(c).Open, tc.bare)
			assert.Equal(t, gate.Policy{Waived: platforms(t, "arm64")}.Decide(c).Open, tc.named)
			assert.Check(t, tc.open || !gate.Policy{Waived: platforms(t, "amd64")}.Decide(c).Open)
			c.Carried, c.Recorded, c.Note = true, false, nil
			assert.Equal(t, gate.Policy{}.Decide(c).Open, len(c.Book.Standing()) == 0, "what the tag holds already")
		})
	}
}

// A waiver alone opens nothing: what was let through once is let through again by its record.
func TestDecideWaivedWithoutARecord(t *testing.T) {
	c := gateCase{}.candidate(t, false)
	c.Book = debt.Book{Debts: []debt.Debt{{Cause: debt.Tests, Waived: true}}}
	assert.Check(t, !gate.Policy{}.Decide(c).Open)
	assert.Check(t, gate.Policy{WaiveAll: true}.Decide(c).Open)
}

// A waiver that says why is recorded also where the gate is open by an earlier one.
func TestDecideSecondWaiver(t *testing.T) {
	c := gateCase{result: record.Warned}.candidate(t, true)
	assert.Check(t, gate.Policy{WaiveAll: true, Reason: "again"}.Decide(c).Waive)
	assert.Check(t, gate.Policy{Waived: platforms(t, "arm64"), Reason: "again"}.Decide(c).Waive)
	assert.Check(t, !gate.Policy{Waived: platforms(t, "amd64"), Reason: "again"}.Decide(c).Waive)
	assert.Check(t, !gate.Policy{WaiveAll: true}.Decide(c).Waive)
}

// A build that did not end is no less a build that did not end for what was waived.
func TestDecideStaleAndWaived(t *testing.T) {
	c := gateCase{result: record.Warned, note: draft.UnfinishedNote()}.candidate(t, true)
	c.Book = debt.Book{Debts: []debt.Debt{{Cause: debt.Tests, Waived: true}}}
	assert.Check(t, !gate.Policy{Waived: platforms(t, "arm64")}.Decide(c).Open)
}
