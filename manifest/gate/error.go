package gate

import (
	"errors"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// ErrShut marks that at least one platform is not let through. The text of the error names all of them.
var ErrShut = errors.New("not fit to be published")

// Refusal is a candidate that was not let through.
type Refusal struct {
	Candidate
	Decision
}

// Error is what the gate says of all that it has not let through. It wraps [ErrShut].
type Error struct {
	Refused []Refusal
	// Fit is how many others it would let through.
	Fit int
}

// Error implements error: a line for each.
func (e *Error) Error() string {
	lines := make([]string, 0, len(e.Refused))
	for _, r := range e.Refused {
		lines = append(lines, r.Why)
	}
	return strings.Join(lines, "\n")
}

// Unwrap implements the interface of the package errors.
func (e *Error) Unwrap() error { return ErrShut }

// Platforms lists those that were not let through.
func (e *Error) Platforms() []ocispec.Platform {
	out := make([]ocispec.Platform, 0, len(e.Refused))
	for _, r := range e.Refused {
		out = append(out, r.Image.Platform)
	}
	return out
}

// Untested lists those that a waiver would let through.
func (e *Error) Untested() []ocispec.Platform {
	var out []ocispec.Platform
	for _, r := range e.Refused {
		if r.Image.Manifest.Digest != "" && !r.note().State.Stale() && !r.Unproven {
			out = append(out, r.Image.Platform)
		}
	}
	return out
}

// Unproven tells that nothing is against those it has not let through, but that no second build has made them again.
func (e *Error) Unproven() bool {
	for _, r := range e.Refused {
		if !r.Unproven {
			return false
		}
	}
	return len(e.Refused) > 0
}

// Rebuild tells that a test alone would not open the gate: an image is not there, or is not what its last build was to
// make.
func (e *Error) Rebuild() bool {
	for _, r := range e.Refused {
		if r.Image.Manifest.Digest == "" || r.note().State.Stale() {
			return true
		}
	}
	return false
}

// Never tells that no engine here runs any of them: they can only be let through by name, or tested elsewhere.
func (e *Error) Never() bool {
	return !slices.ContainsFunc(e.Refused, func(r Refusal) bool {
		return r.note().State != draft.NotRun || r.Image.Platform.OS == "linux"
	})
}

// Audited tells that the audit has something against each of them, which no test lifts.
func (e *Error) Audited() bool {
	return !slices.ContainsFunc(e.Refused, func(r Refusal) bool {
		return !r.audited() && (!r.failed() || !slices.Contains(r.Record.Failed, record.AuditTest))
	})
}

// audited tells that nothing but the audit stands against a candidate.
func (c Candidate) audited() bool {
	failing := c.Book.Failing()
	return len(failing) > 0 && !slices.ContainsFunc(failing, func(d debt.Debt) bool {
		return d.Cause != debt.Audit && d.Cause != debt.Parity
	})
}

// Holders are the drafts that have to be removed for what was failed to be forgotten.
func (e *Error) Holders() (names []string) {
	for _, r := range e.Refused {
		for _, name := range r.Holders {
			if len(r.Book.Standing()) > 0 && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
