package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
)

// begunDir holds a file for each run of tests that is on, and one that is locked for as long as it is.
const begunDir = "begun"

// The names of those files end so.
const (
	// begunEnd is of a run that leaves its image owing its tests where it comes to no end.
	begunEnd = ".json"
	// slightEnd is of one that leaves nothing then.
	slightEnd = ".slight"
	// failedEnd is of one that has failed, which could not be written down.
	failedEnd = ".failed"
	lockEnd   = ".lock"
)

// Run is a run of tests that is on.
type Run struct {
	path, end string
	lock      *flock.Flock
}

// Begin notes that an image is put to tests, so that a run is known that was killed, or whose failure could not be
// written down. A slight one leaves nothing behind where it was killed.
func (d *Debts) Begin(ctx context.Context, config digest.Digest, owes debt.Debt, slight bool) (run *Run, err error) {
	if d.looking {
		return nil, fmt.Errorf("changing %q: %w: it was opened to be read", d.root, ErrFolder)
	}
	err = lockedIn(ctx, d.root, d.waits, func() error {
		if err := sweepBegun(d.root); err != nil {
			return err
		}
		run, err = d.begin(config, owes, slight)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("noting that image %s is tested: %w", config, err)
	}
	return run, nil
}

// begin is Begin under the lock.
func (d *Debts) begin(config digest.Digest, owes debt.Debt, slight bool) (*Run, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	folder := filepath.Join(d.root, begunDir)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	run := &Run{path: filepath.Join(folder, begunName(config)+owes.ID), end: begunEnd}
	if slight {
		run.end = slightEnd
	}
	run.lock = scratch.Lock(run.path + lockEnd)
	if _, err := run.lock.TryLock(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(debtFile{config, debt.Book{Debts: []debt.Debt{owes}}})
	if err == nil {
		err = replaceFile(run.path+run.end, body)
	}
	if err != nil {
		return nil, errors.Join(err, run.Close(true))
	}
	return run, nil
}

// begunName begins the names of the files of an image's runs.
func begunName(config digest.Digest) string {
	return config.Algorithm().String() + "-" + config.Encoded() + "."
}

// Close ends a run. What came of one that has failed is kept by this alone where it is not told otherwise.
func (r *Run) Close(told bool) error {
	var err error
	if told {
		err = absent(os.Remove(r.path + r.end))
	} else {
		err = os.Rename(r.path+r.end, r.path+failedEnd) // which needs no room
	}
	return errors.Join(err, r.lock.Unlock(), absent(os.Remove(r.path+lockEnd)))
}

// ended are the files of runs that are over and left something behind, of an image or, of none, of all.
func (d *Debts) ended(config digest.Digest) (paths []string, err error) {
	entries, err := os.ReadDir(filepath.Join(d.root, begunDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	prefix := ""
	if config != "" {
		prefix = begunName(config)
	}
	for _, entry := range entries {
		end := filepath.Ext(entry.Name())
		path := filepath.Join(d.root, begunDir, entry.Name())
		if strings.HasPrefix(entry.Name(), prefix) && (end == begunEnd || end == failedEnd) &&
			!isHeld(strings.TrimSuffix(path, end)+lockEnd) {
			paths = append(paths, path)
		}
	}
	return paths, err
}

// isHeld tells that a process holds a lock.
func isHeld(path string) bool {
	lock := scratch.LockThere(path) // it is not made
	free, err := lock.TryRLock()
	_ = lock.Close()
	return !free && err == nil
}

// readEnded is what a run that is over has left: its image owes the tests that it was put to.
func readEnded(path string, config digest.Digest) debt.Debt {
	text, err := localfile.Read(path, maxDebts)
	var file debtFile
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err == nil && (file.Image != config || len(file.Debts) != 1) {
		err = errors.New("it is of something else")
	}
	if err != nil {
		return unread(path, err)
	}
	d := file.Debts[0]
	d.Inconclusive, d.Reason = true, "its tests were cut off before they came to an end: "+strings.Join(d.Words, " ")
	if filepath.Ext(path) == failedEnd {
		d.Inconclusive, d.Reason = false, "it failed tests, which could not be written down then: "+strings.Join(d.Words, " ")
	}
	return d
}

// sweepBegun removes what killed runs have left that says nothing. It is called under the lock.
func sweepBegun(root string) error {
	folder := filepath.Join(root, begunDir)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	for _, name := range names {
		end := filepath.Ext(name)
		lock := strings.TrimSuffix(name, end) + lockEnd
		if (end == slightEnd || end == lockEnd) && !isHeld(filepath.Join(folder, lock)) {
			err = errors.Join(err, absent(os.Remove(filepath.Join(folder, name))))
		}
	}
	return err
}

// forgetEnded removes what runs have left that are over.
func (d *Debts) forgetEnded(paths []string) error {
	slices.Sort(paths)
	var err error
	for _, path := range paths {
		lock := strings.TrimSuffix(path, filepath.Ext(path)) + lockEnd
		err = errors.Join(err, absent(os.Remove(path)), absent(os.Remove(lock)))
	}
	return err
}
