package publish

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrShrink means the tag serves a platform that the new index lacks.
	ErrShrink = errors.New("the tag would serve fewer platforms")
	// ErrMoved means somebody else wrote the tag while it was being published.
	ErrMoved = errors.New("the tag was moved by someone else")
	// ErrReplaced means somebody else wrote the tag right after it was written, without what was published.
	ErrReplaced = fmt.Errorf("%w after it was written", ErrMoved)
	// ErrStripped means that a tag has lost, right after it was written, parts of what was published that no other
	// publisher takes away: attestations, or platforms that it served before.
	ErrStripped = fmt.Errorf("%w, or what stands between leaves parts out", ErrReplaced)
	// ErrOverwrite means the tag holds something else and may not be overwritten.
	ErrOverwrite = errors.New("the tag exists already")
)

// Guards say what a tag is kept from. The zero value refuses a shrink and a tag that moved.
type Guards struct {
	// AllowShrink lets a tag lose platforms it serves now.
	AllowShrink bool
	// AllowMoved overwrites what others wrote to a tag in the meantime.
	AllowMoved bool
	// NoOverwrite refuses a tag that holds something else.
	NoOverwrite bool
}

// check refuses what a flag has to allow, of a tag that holds something else.
func (g Guards) check(name string, change TagChange) error {
	switch {
	case g.NoOverwrite:
		return fmt.Errorf("publishing tag %q: %w: it holds %s", name, ErrOverwrite, change.Old)
	case len(change.Lost) > 0 && !g.AllowShrink:
		return fmt.Errorf("publishing tag %q: %w: it would lose %s", name, ErrShrink, strings.Join(change.Lost, ", "))
	}
	return nil
}
