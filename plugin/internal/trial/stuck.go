package trial

import (
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
)

// Stuck is what stands against an image that the same tests do not lift, with all that it owes.
type Stuck struct {
	// Look is what a person has said who looked at it: another look lifts it.
	Look bool
	// Set are tests that were run without the settings that they have now.
	Set bool
	// Fast is what none of them lifts: tests that are others now, and what nothing lets pass.
	Fast bool
}

// Stuck tells what stands against the image that tests of these words do not lift.
func (o Outcome) Stuck(words []string) (s Stuck) {
	if o.account == nil {
		return s
	}
	has := func(flag string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, flag+"=") })
	}
	for _, d := range o.account.book.Standing() {
		stuck, set := o.account.run.Stuck(d)
		s.Set = s.Set || set
		switch d.Cause {
		case debt.Look:
			s.Look = true
		case debt.Audit:
			s.Fast = s.Fast || !has("--allow-foreign")
		case debt.Parity:
			s.Fast = s.Fast || stuck || !has("--require-parity")
		case debt.Unread:
			s.Fast = true
		case debt.Tests, debt.Unpack:
			s.Fast = s.Fast || stuck
		}
	}
	return s
}
