// Package draft says what a draft is, the local and unpublished image of a name and tag, and holds the one vocabulary
// for the state of its platforms. It is pure: it reads and writes nothing.
package draft

// State is what is known of one platform of a draft. Tables, JSON, reports, notes and the gate use these words and no
// others. The words are part of the contract.
type State string

// The states.
const (
	Passed       State = "passed"
	NothingToRun State = "nothing to run"
	Failed       State = "failed"       // a test or the audit said no
	Inconclusive State = "inconclusive" // a test says nothing about the image
	NotRun       State = "not run"      // the machine cannot run it
	Skipped      State = "skipped"      // a person left it out
	Untested     State = "untested"
	Waived       State = "waived" // let through without a passed test, by name
	NotBuilt     State = "not built"
	Broken       State = "error"      // something else than the image went wrong
	Unfinished   State = "unfinished" // its build did not end
	Missing      State = "missing"    // asked for, and not there
	Damaged      State = "damaged"    // the store has lost it, or it is not what it was
	Empty        State = "empty"      // of a whole draft: it holds nothing, and nothing was asked for
)

// States are all states, the better ones first.
func States() []State {
	return []State{
		Passed, NothingToRun, Waived, Untested, Skipped, NotRun, Inconclusive, Failed, Unfinished, NotBuilt, Broken,
		Missing, Damaged, Empty,
	}
}

// Good tells whether the state opens the way to publishing.
func (s State) Good() bool { return s == Passed || s == NothingToRun }

// Tried tells that tests were to be run, whatever came of them.
func (s State) Tried() bool {
	return s.Good() || s == Failed || s == Inconclusive || s == NotRun || s == Skipped || s == Waived
}

// Stale tells that the image in the draft is not what its last build was to make.
func (s State) Stale() bool { return s == NotBuilt || s == Broken || s == Unfinished }
