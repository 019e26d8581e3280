package dockercli

import (
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// DamagedError is an error that came of damage in the store, which is removed by now.
type DamagedError struct {
	Err error
	// Dropped is how many blobs were removed.
	Dropped int
	// Drafts are those of the store, as far as they can be read: they know how they were built.
	Drafts []draft.Draft
}

// Error implements error.
func (e *DamagedError) Error() string {
	if e.Dropped == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("%s (damaged, and dropped from the store: %d; a build brings them anew)", e.Err, e.Dropped)
}

// Unwrap returns what came of the damage, and its class.
func (e *DamagedError) Unwrap() []error { return []error{e.Err, store.ErrCorrupt} }
