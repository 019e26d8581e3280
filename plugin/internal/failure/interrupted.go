package failure

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Interrupted replaces whatever a cancelled context made of the work by one clear word, and notes what it was at.
func Interrupted(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	var notes []string
	if !errors.Is(err, ErrInterrupted) { // who did that has noted it
		notes = cutOff(err, context.Cause(ctx))
	}
	var f *Error
	if errors.As(err, &f) { // what it says of tags is still true
		return Wrap(ErrInterrupted, ErrInterrupted, f.Next, append(notes, f.Notes...)...)
	}
	return Wrap(ErrInterrupted, ErrInterrupted, "", notes...)
}

// mostCutOff is how many things are named that were cut off.
const mostCutOff = 4

// cutOff says what was cut off by the end of a context, and what could not be taken away after it.
func cutOff(err, cause error) []string {
	var notes []string
	for line := range strings.Lines(err.Error()) {
		text := strings.TrimSpace(line)
		for _, ended := range []error{cause, context.Canceled, context.DeadlineExceeded} {
			text = strings.TrimSuffix(strings.TrimSuffix(text, ended.Error()), ": ")
		}
		if note := "it was at: " + text; text != "" && len(notes) < mostCutOff && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}
