package filesums

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/sys/atomicwriter"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

const (
	// maxKept is the largest file of sums that is written or read, in bytes.
	maxKept = 2 << 20
	suffix  = ".json"
)

// Kept are the sums of files, in a folder with a file for each tree of files. All of it can be worked out again: what
// is missing or damaged there is simply not known. The zero value, and nil, keep nothing.
type Kept struct{ folder string }

// In keeps sums in a folder, which is made once there is something to keep.
func In(folder string) *Kept { return &Kept{folder: folder} }

// document is one file of the folder. Check is the digest of Files: a wrong sum would be believed.
type document struct {
	Tree  string          `json:"tree"`
	Check digest.Digest   `json:"check"`
	Files json.RawMessage `json:"files"`
}

// entry is what is known of one file.
type entry struct {
	State string `json:"state"`
	Sum   []byte `json:"sum"`
}

// Of are the sums of the files below a folder, for one walk through it.
func (k *Kept) Of(tree string) *Tree {
	t := &Tree{entries: map[string]entry{}, walked: map[string]entry{}}
	if k == nil || k.folder == "" {
		return t
	}
	full, err := filepath.Abs(tree)
	if err != nil {
		return t
	}
	t.tree, t.file = full, filepath.Join(k.folder, digest.FromString(full).Encoded()+suffix)
	if known, err := read(t.file); err == nil && known.Tree == full {
		if json.Unmarshal(known.Files, &t.entries) != nil || t.entries == nil {
			t.entries = map[string]entry{}
		}
	}
	return t
}

// read reads one file of the folder.
func read(file string) (d document, err error) {
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return d, errors.Join(err, fs.ErrInvalid)
	}
	text, err := localfile.Read(file, maxKept)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, err
	}
	if d.Check != digest.FromBytes(d.Files) {
		return d, fs.ErrInvalid
	}
	return d, nil
}

// write replaces one file of the folder.
func write(file, tree string, entries map[string]entry) error {
	files, err := json.Marshal(entries)
	if err != nil {
		return fmt.Errorf("keeping the sums of %q: %w", tree, err)
	}
	text, err := json.Marshal(document{Tree: tree, Check: digest.FromBytes(files), Files: files})
	if err != nil {
		return fmt.Errorf("keeping the sums of %q: %w", tree, err)
	}
	if len(text) > maxKept {
		return nil
	}
	if err = os.MkdirAll(filepath.Dir(file), 0o700); err == nil {
		err = atomicwriter.WriteFile(file, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keeping the sums of %q: %w", tree, err)
	}
	return nil
}

// Forget removes the sums of folders that are no more, and what else is in the way.
func (k *Kept) Forget() (removed int64, err error) {
	if k == nil || k.folder == "" {
		return 0, nil
	}
	files, err := os.ReadDir(k.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("looking for sums: %w", err)
	}
	for _, file := range files {
		gone, err := k.forget(file)
		if err != nil {
			return removed, fmt.Errorf("removing the sums %q: %w", file.Name(), err)
		}
		removed += gone
	}
	return removed, nil
}

// forget removes one file of the folder, unless it is of a folder that is there. It may be gone since it was listed.
func (k *Kept) forget(file fs.DirEntry) (removed int64, err error) {
	path := filepath.Join(k.folder, file.Name())
	if known, err := read(path); err == nil {
		if _, err := os.Stat(known.Tree); err == nil {
			return 0, nil
		}
	}
	info, err := file.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err == nil {
		err = os.RemoveAll(path)
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
