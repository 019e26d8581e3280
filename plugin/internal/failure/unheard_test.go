package failure

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

// That nobody reads on is no failure; a full disk, a broken connection, or what else went wrong beside it are.
func TestUnheard(t *testing.T) {
	closed := &fs.PathError{Op: "write", Path: stdout, Err: syscall.EPIPE}
	full := &fs.PathError{Op: "write", Path: stdout, Err: syscall.ENOSPC}
	for _, err := range []error{
		nil, closed, fmt.Errorf("printing: %w", closed), errors.Join(closed, nil), errors.Join(closed, closed),
		Wrap(nil, closed, "", "a note"),
	} {
		assert.NilError(t, Unheard(err))
	}
	for _, err := range []error{
		full, syscall.EPIPE, fmt.Errorf("pushing: %w", syscall.EPIPE), errors.Join(closed, ErrTests), ErrUsage,
		Wrap(ErrBuild, closed, ""),
	} {
		assert.Equal(t, Unheard(err), err)
	}
}
