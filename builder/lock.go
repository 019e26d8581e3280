package builder

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

const (
	// lockPoll is how often a lock that another process has is tried again.
	lockPoll = 50 * time.Millisecond
	// patience is how long a lock is waited for until that is told.
	patience = time.Second
)

// Lock keeps other processes of this user from changing the machine under the same key at once, such as creating a
// builder's container while its settings are not in it yet. It waits until the lock is free or ctx is done, and tells
// of a wait that takes longer than a moment.
func (c *Client) Lock(ctx context.Context, key string) (func(), error) {
	folder := filepath.Join(c.StateFolder(), "locks")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, errdefs.Classify(fmt.Errorf("locking %q: %w; %s", key, err, anotherFolder), errdefs.ErrUnwritable)
	}
	lock := scratch.Lock(filepath.Join(folder, key))
	if c.tell != nil {
		timer := time.AfterFunc(patience, func() {
			c.tell(fmt.Sprintf("waiting for another process that changes this machine (%q)", lock.Path()))
		})
		defer timer.Stop()
	}
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return nil, errdefs.Classify(fmt.Errorf("locking %q: %w", key, err), errdefs.ErrNotReady)
	}
	return func() { _ = lock.Close() }, nil
}
