package plugin

import (
	"context"
	"errors"
)

// interrupted replaces whatever a cancelled context made of the work by one clear word.
func interrupted(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	var f *failure
	if errors.As(err, &f) { // what it says of tags is still true
		return fail(errInterrupted, errInterrupted, f.next, f.notes...)
	}
	return fail(errInterrupted, errInterrupted, "")
}
