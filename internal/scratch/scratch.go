package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
)

const (
	// prefix begins the names of all, and lockSuffix ends those of their locks, which lie beside them.
	prefix     = "docker-multiplat-"
	lockSuffix = ".lock"
	// tries is how often a lock is made anew that somebody else has swept away before it was held.
	tries = 16
)

// Folder is a temporary folder of this process.
type Folder struct {
	Path string
	lock *flock.Flock
}

// New makes a folder for a purpose, after removing those that dead processes of this user have left.
func New(purpose string) (*Folder, error) {
	_, _ = Sweep() // what cannot be removed now is left to the next
	for range tries {
		file, err := os.CreateTemp("", prefix+purpose+"-*"+lockSuffix)
		if err != nil {
			return nil, fmt.Errorf("making a temporary folder: %w", err)
		}
		if err := file.Close(); err != nil {
			return nil, fmt.Errorf("making a temporary folder: %w", err)
		}
		f, err := take(file.Name())
		if err != nil {
			return nil, fmt.Errorf("making a temporary folder: %w", err)
		}
		if f == nil {
			continue
		}
		if err := os.Mkdir(f.Path, 0o700); err != nil {
			return nil, errors.Join(fmt.Errorf("making a temporary folder: %w", err), f.Remove())
		}
		return f, nil
	}
	return nil, fmt.Errorf("making a temporary folder: none could be locked in %d tries", tries)
}

// take takes the lock of a folder; nil where somebody else has it, or has removed it.
func take(lockPath string) (*Folder, error) {
	lock, err := TakeLock(lockPath)
	if lock == nil {
		return nil, err
	}
	return &Folder{Path: strings.TrimSuffix(lockPath, lockSuffix), lock: lock}, nil
}

// Lock is the lock of a file, which is made when it is taken. A pipe that stands in its place is not waited for.
func Lock(path string) *flock.Flock {
	return flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDONLY|syscall.O_NONBLOCK))
}

// LockThere is [Lock] of a file that is not made.
func LockThere(path string) *flock.Flock {
	return flock.New(path, flock.SetFlag(os.O_RDONLY|syscall.O_NONBLOCK))
}

// TakeLock takes a lock file that is there, which its owner removes with what it stands for. The result is nil where
// somebody else has it, or has removed it.
func TakeLock(path string) (*flock.Flock, error) {
	// Never creating the file is what keeps a sweeper from bringing back one that its owner removes.
	lock := LockThere(path)
	locked, err := lock.TryLock()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil || !locked {
		return nil, err
	}
	held, err := lock.Stat()
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	// The file may have been removed between our opening and our locking it.
	if there, err := os.Lstat(path); err != nil || !os.SameFile(held, there) {
		return nil, lock.Unlock()
	}
	return lock, nil
}

// Remove removes the folder, then its lock. Doing so again is harmless.
func (f *Folder) Remove() error {
	if !f.lock.Locked() {
		return nil
	}
	err := os.RemoveAll(f.Path)
	if err == nil {
		err = os.Remove(f.lock.Path())
	}
	return errors.Join(err, f.lock.Unlock())
}

// Left are the folders that dead processes of this user have left. Nothing is removed.
func Left() (paths []string) {
	_ = each(func(f *Folder) error {
		paths = append(paths, f.Path)
		return f.lock.Unlock()
	})
	return paths
}

// Sweep removes the folders that dead processes of this user have left, and returns them.
func Sweep() (paths []string, err error) {
	err = each(func(f *Folder) error {
		if err := f.Remove(); err != nil {
			return fmt.Errorf("removing the folder %q that was left: %w", f.Path, err)
		}
		paths = append(paths, f.Path)
		return nil
	})
	return paths, err
}

// each calls do for every folder whose lock nobody holds; do gives the lock back.
func each(do func(*Folder) error) error {
	locks, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"+lockSuffix))
	if err != nil {
		return err
	}
	var failed error
	for _, path := range locks {
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() || !own(info) {
			continue
		}
		if f, err := take(path); err == nil && f != nil {
			failed = errors.Join(failed, do(f))
		}
	}
	return failed
}
