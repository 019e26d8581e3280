// Package gate holds the rule that no platform ships untested: one decision over candidates, out of drafts and where
// they stand. It is pure: it reads and writes nothing.
package gate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// Candidate is one platform on its way to a tag: out of a draft, or where it stands.
type Candidate struct {
	// Image is what is to ship; of a platform that is not there, the manifest is empty.
	Image manifest.Image
	// From names the draft or the source, for messages.
	From string
	// Root is the digest of the whole image it is a platform of, where that stands in a registry or folder.
	Root digest.Digest
	// Note is what the draft says; nil for an image that stands in a registry or folder.
	Note *draft.Note
	// Record is its test record; Recorded is false when there is none.
	Record   record.Result
	Recorded bool
	// Reproduced says that a second build has made the very image; Rebuilt that there was one. Only what a draft says of
	// it counts.
	Reproduced, Rebuilt bool
	// Book is what the image has failed on this machine and not made good, whatever note and record say.
	Book debt.Book
	// Holders are the drafts with the last of which that is forgotten.
	Holders []string
	// Carried is true for a platform that the tag to be written holds already: it passed a gate before.
	Carried bool
}

// Policy says what may ship without a passed test.
type Policy struct {
	// Waived are platforms let through whatever their tests said; WaiveAll lets through all but those that failed.
	Waived   []ocispec.Platform
	WaiveAll bool
	// Reason is recorded with a waiver.
	Reason string
	// RequireReproducible lets through only what a second build has made again; no waiver makes up for it.
	RequireReproducible bool
}

// Decision is what becomes of a candidate.
type Decision struct {
	State draft.State
	// Open lets it through; Waive tells that a waiver did, or was given once more, which is to be recorded.
	Open, Waive bool
	// Why says in words why it is not let through.
	Why string
	// Unproven tells that nothing is against it, but that no second build has made it again.
	Unproven bool
}

// Decide is the gate. It looks at one candidate and changes nothing.
func (p Policy) Decide(c Candidate) Decision {
	d := Decision{State: c.state()}
	note := c.note()
	switch {
	case d.State == draft.Missing, note.State.Stale():
	case c.fit():
		d.Open = true
		d.Waive = d.State == draft.Waived && p.Reason != "" && p.waives(c)
	case c.Carried && len(c.Book.Standing()) == 0:
		d.Open = true
	default:
		d.Waive = p.waives(c)
		d.Open = d.Waive
	}
	if !d.Open {
		d.Why = c.why(d.State)
		return d
	}
	if p.RequireReproducible && !c.Carried && !c.Reproduced {
		d.Open, d.Waive, d.Unproven, d.Why = false, false, true, c.unproven()
	}
	return d
}

// waives tells whether a platform may ship without having passed. A platform that failed has to be named.
func (p Policy) waives(c Candidate) bool {
	named := func(waived ocispec.Platform) bool { return platform.Satisfies(c.Image.Platform, waived) }
	return slices.ContainsFunc(p.Waived, named) || p.WaiveAll && !c.failed()
}

// note is what the draft says; of an image that is in none, nothing.
func (c Candidate) note() draft.Note {
	if c.Note == nil {
		return draft.Note{}
	}
	return *c.Note
}

// fit tells that the record opens the gate, and nothing stands against it. A waiver of before outweighs the note: a
// later verdict would have replaced the record.
func (c Candidate) fit() bool {
	return c.Recorded && !c.failed() && len(c.Book.Standing()) == 0 &&
		(c.Record.Result == record.Warned || c.note().Reason == "")
}

// failed tells that the image has failed what it has not made good, or that the last word about it was a failed test.
func (c Candidate) failed() bool {
	return len(c.Book.Failing()) > 0 || c.Recorded && c.Record.Result == record.Failed
}

// state is what is known of the candidate.
func (c Candidate) state() draft.State {
	switch {
	case c.Image.Manifest.Digest == "":
		return draft.Missing
	case c.failed():
		return draft.Failed
	case len(c.Book.Standing()) > 0:
		return draft.Inconclusive
	case c.fit() && (c.Record.Result == record.Warned || len(c.Book.Debts) > 0):
		return draft.Waived
	case c.fit():
		return draft.Passed
	}
	return cmp.Or(c.note().State, draft.Untested)
}

// why says what is against a candidate.
func (c Candidate) why(state draft.State) string {
	text := platform.Format(c.Image.Platform)
	reason := c.note().Reason
	switch {
	case state == draft.Missing:
		return text + " is missing from " + c.From + ": " + cmp.Or(reason, "it was never built")
	case c.Note == nil:
		text += " of " + c.From
	}
	if owed := c.owed(); owed != "" && (c.note().State != state || reason == "") && !c.note().State.Stale() {
		reason = owed
	}
	text += " " + inWords(state)
	if reason != "" && reason != string(state) {
		text += ": " + strings.TrimSpace(reason)
	}
	return text
}

// owed says what the image has failed.
func (c Candidate) owed() string {
	debts := c.Book.Failing()
	if len(debts) == 0 {
		debts = c.Book.Standing()
	}
	var reasons []string
	for _, d := range debts {
		if d.Reason != "" && !slices.Contains(reasons, d.Reason) {
			reasons = append(reasons, d.Reason)
		}
	}
	return strings.Join(reasons, "; ")
}

// unproven says that no second build has made the image again.
func (c Candidate) unproven() string {
	text := platform.Format(c.Image.Platform)
	if c.Note == nil {
		text += " of " + c.From
	}
	if c.Rebuilt {
		return text + " is not reproducible: a second build has made another image"
	}
	return text + " has no record that a second build has made the same image"
}

// inWords makes a sentence of a state.
func inWords(state draft.State) string {
	switch state {
	case draft.Failed:
		return "failed"
	case draft.NotRun, draft.NotBuilt:
		return "was " + string(state)
	case draft.Unfinished:
		return inWords(draft.Untested)
	}
	return "is " + string(state)
}
