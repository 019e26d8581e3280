package failure

import (
	"context"
	"errors"
)

// Interrupted replaces whatever a cancelled context made of the work by one clear word.
func Interrupted(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	var f *Error
	if errors.As(err, &f) { // what it says of tags is still true
		return Wrap(ErrInterrupted, ErrInterrupted, f.Next, f.Notes...)
	}
	return Wrap(ErrInterrupted, ErrInterrupted, "")
}
