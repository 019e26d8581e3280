package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

// tagLockPoll is how often somebody who waits for a tag looks again.
const tagLockPoll = 100 * time.Millisecond

// lockTags keeps other publishers of this user from the tags of the targets until unlock is called; state is the
// folder of the locks. It waits for them; tell hears of that. Registries have no such lock, so
// publishers elsewhere are only noticed. Where the folder of the locks, or a lock in it, cannot be written, there are
// none: publishing needs no file of its own.
func lockTags(
	ctx context.Context, state string, targets []Target, tell func(string),
) (unlock func(), err error) {
	folder := filepath.Join(state, "locks")
	var names []string
	for _, t := range targets {
		for _, tag := range t.Tags {
			names = append(names, t.Name.Name()+":"+tag)
		}
	}
	if problem := os.MkdirAll(folder, 0o700); problem != nil {
		tell("other publishers on this machine are not waited for: " + problem.Error())
		names = nil
	}
	slices.Sort(names) // the same order for all, or two could wait for each other
	var held []*flock.Flock
	unlock = func() {
		for _, lock := range held {
			_ = lock.Unlock() // the end of the process does the same
		}
	}
	for _, name := range slices.Compact(names) {
		sum := sha256.Sum256([]byte(name))
		lock := scratch.Lock(filepath.Join(folder, hex.EncodeToString(sum[:])+".lock"))
		err := takeLock(ctx, lock, func() { tell("waiting for another publisher of " + name) })
		if _, unusable := errors.AsType[*fs.PathError](err); unusable {
			tell("other publishers on this machine are not waited for: " + err.Error())
			break
		}
		if err != nil {
			unlock()
			return nil, fmt.Errorf("locking the tag %q: %w", name, err)
		}
		held = append(held, lock)
	}
	return unlock, nil
}

// takeLock takes a lock, and calls wait when it has to wait for it.
func takeLock(ctx context.Context, lock *flock.Flock, wait func()) error {
	taken, err := lock.TryLock()
	if err != nil || taken {
		return err
	}
	wait()
	if taken, err = lock.TryLockContext(ctx, tagLockPoll); err == nil && !taken {
		err = errors.New("it is taken")
	}
	return err
}
