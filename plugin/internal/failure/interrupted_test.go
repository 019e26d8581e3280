package failure

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
)

// Who ends a command is told what it was waiting for, and what is left.
func TestInterruptedSaysWhatItWasAt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	waiting := fmt.Errorf("reaching the engine at %q: %w", "tcp://host:1", context.Canceled)
	assert.Equal(t, Interrupted(ctx, waiting), waiting, "not yet")
	cancel()
	notes := func(err error) []string {
		var f *Error
		assert.Assert(t, errors.As(Interrupted(ctx, err), &f))
		assert.Equal(t, f.Error(), "interrupted")
		return f.Notes
	}
	assert.DeepEqual(t, notes(waiting), []string{`it was at: reaching the engine at "tcp://host:1"`})
	left := errors.New("a container is left, to be removed with docker rm --force c1: no answer")
	assert.DeepEqual(t, notes(errors.Join(waiting, left)),
		[]string{`it was at: reaching the engine at "tcp://host:1"`, "it was at: " + left.Error()})
	wrapped := Wrap(nil, fmt.Errorf("opening: %w", waiting), "docker version", "no tag was touched")
	assert.DeepEqual(t, notes(wrapped),
		[]string{`it was at: opening: reaching the engine at "tcp://host:1"`, "no tag was touched"})
	assert.DeepEqual(t, notes(fmt.Errorf("again: %w", Interrupted(ctx, wrapped))),
		[]string{`it was at: opening: reaching the engine at "tcp://host:1"`, "no tag was touched"})
	assert.Equal(t, len(notes(context.Canceled)), 0)

	signal, end := context.WithCancelCause(t.Context())
	end(errors.New("interrupt signal received"))
	var f *Error
	assert.Assert(t, errors.As(Interrupted(signal, fmt.Errorf("asking: %w", context.Cause(signal))), &f))
	assert.DeepEqual(t, f.Notes, []string{"it was at: asking"})
}
