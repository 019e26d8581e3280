//go:build unix

package filesums

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

const sum = "sum of the file"

// remembered is a tree with one large file whose sum is kept.
func remembered(t *testing.T) (kept *Kept, tree string) {
	t.Helper()
	kept, tree = In(filepath.Join(t.TempDir(), "sums")), t.TempDir()
	fill(t, filepath.Join(tree, "large"), "a")
	walk := kept.Of(tree)
	walk.Put("large", looked(t, tree), time.Now().Add(time.Hour), []byte(sum))
	assert.NilError(t, walk.Keep())
	return kept, tree
}

func fill(t *testing.T, path, with string) {
	t.Helper()
	assert.NilError(t, os.WriteFile(path, []byte(strings.Repeat(with, leastSize)), 0o600))
}

func looked(t *testing.T, tree string) os.FileInfo {
	t.Helper()
	info, err := os.Lstat(filepath.Join(tree, "large"))
	assert.NilError(t, err)
	return info
}

// A sum is known for as long as the file is the same, and of that tree alone.
func TestKnown(t *testing.T) {
	kept, tree := remembered(t)
	for range 2 {
		walk := kept.Of(tree)
		got, ok := walk.Known("large", looked(t, tree))
		assert.Assert(t, ok)
		assert.Equal(t, string(got), sum)
		assert.NilError(t, walk.Keep())
	}
	other := t.TempDir()
	fill(t, filepath.Join(other, "large"), "a")
	_, ok := kept.Of(other).Known("large", looked(t, other))
	assert.Assert(t, !ok)
	_, ok = kept.Of(tree).Known("other", looked(t, tree))
	assert.Assert(t, !ok)
}

// What was changed is not known, also where its size and time are as they were.
func TestChanged(t *testing.T) {
	for name, change := range map[string]func(path string, was os.FileInfo) error{
		"content, time set back": func(path string, was os.FileInfo) error {
			if err := os.WriteFile(path, []byte(strings.Repeat("b", leastSize)), 0o600); err != nil {
				return err
			}
			return os.Chtimes(path, was.ModTime(), was.ModTime())
		},
		"mode":   func(path string, _ os.FileInfo) error { return os.Chmod(path, 0o755) },
		"longer": func(path string, _ os.FileInfo) error { return os.Truncate(path, leastSize+1) },
		"another in its place": func(path string, was os.FileInfo) error {
			if err := os.WriteFile(path+".new", []byte(strings.Repeat("b", leastSize)), 0o600); err != nil {
				return err
			}
			if err := os.Chtimes(path+".new", was.ModTime(), was.ModTime()); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		},
	} {
		kept, tree := remembered(t)
		assert.NilError(t, change(filepath.Join(tree, "large"), looked(t, tree)), name)
		_, ok := kept.Of(tree).Known("large", looked(t, tree))
		assert.Assert(t, !ok, name)
	}
}

// A file that was changed a moment ago may be changed again unseen, and a small one is as soon read.
func TestNotRemembered(t *testing.T) {
	for name, tc := range map[string]struct {
		size int
		age  time.Duration
		want bool
	}{
		"young": {leastSize, 2 * time.Second, false}, // what FAT counts as one
		"small": {leastSize - 1, time.Hour, false},
		"old":   {leastSize, tick + time.Second, true},
	} {
		kept, tree := In(t.TempDir()), t.TempDir()
		assert.NilError(t, os.WriteFile(filepath.Join(tree, "large"), make([]byte, tc.size), 0o600))
		info := looked(t, tree)
		_, changed := stateOf(info)
		walk := kept.Of(tree)
		walk.Put("large", info, changed.Add(tc.age), []byte(sum))
		assert.NilError(t, walk.Keep())
		_, ok := kept.Of(tree).Known("large", info)
		assert.Equal(t, ok, tc.want, name)
	}
}

// A damaged file of sums is as good as none; a wrong sum in it would be believed otherwise.
func TestDamaged(t *testing.T) {
	kept, tree := remembered(t)
	files, err := filepath.Glob(filepath.Join(kept.folder, "*"))
	assert.NilError(t, err)
	assert.Equal(t, len(files), 1)
	whole, err := os.ReadFile(files[0])
	assert.NilError(t, err)
	for i := range whole {
		flipped := append([]byte(nil), whole...)
		flipped[i] ^= 4
		assert.NilError(t, os.WriteFile(files[0], flipped, 0o600))
		if got, ok := kept.Of(tree).Known("large", looked(t, tree)); ok {
			assert.Equal(t, string(got), sum) // a name that nobody reads was hit
		}
	}
	assert.NilError(t, os.WriteFile(files[0], whole[:len(whole)/2], 0o600))
	_, ok := kept.Of(tree).Known("large", looked(t, tree))
	assert.Assert(t, !ok)
}

// Sums of a tree that is gone are forgotten, those of others stay.
func TestForget(t *testing.T) {
	kept, tree := remembered(t)
	removed, err := kept.Forget()
	assert.NilError(t, err)
	assert.Equal(t, removed, int64(0))
	assert.NilError(t, os.WriteFile(filepath.Join(kept.folder, "else"), []byte("else"), 0o600))
	assert.NilError(t, os.RemoveAll(tree))
	removed, err = kept.Forget()
	assert.NilError(t, err)
	assert.Assert(t, removed > 4)
	left, err := os.ReadDir(kept.folder)
	assert.NilError(t, err)
	assert.Equal(t, len(left), 0)
}

// Nothing is kept where there is no place for it.
func TestNowhere(t *testing.T) {
	var nowhere *Kept
	tree := t.TempDir()
	fill(t, filepath.Join(tree, "large"), "a")
	walk := nowhere.Of(tree)
	walk.Put("large", looked(t, tree), time.Now().Add(time.Hour), []byte(sum))
	assert.NilError(t, walk.Keep())
	_, ok := walk.Known("large", looked(t, tree))
	assert.Assert(t, !ok)
	_, err := nowhere.Forget()
	assert.NilError(t, err)
}

// Two names that are one in JSON are two files: one file may have both.
func TestNamesThatAreNoText(t *testing.T) {
	kept, tree := remembered(t)
	if os.Link(filepath.Join(tree, "large"), filepath.Join(tree, "a\xff")) != nil {
		t.Skip("no such names here")
	}
	walk := kept.Of(tree)
	walk.Put("a\xff", looked(t, tree), time.Now().Add(time.Hour), []byte("of another name"))
	assert.NilError(t, walk.Keep())
	_, ok := kept.Of(tree).Known("a\ufffd", looked(t, tree))
	assert.Assert(t, !ok)
}

// What a build has put into place or removed since it was listed does not fail a prune.
func TestForgetWhatIsGone(t *testing.T) {
	kept, _ := remembered(t)
	path := filepath.Join(kept.folder, ".tmp-of-a-build")
	assert.NilError(t, os.WriteFile(path, []byte("half"), 0o600))
	files, err := os.ReadDir(kept.folder)
	assert.NilError(t, err)
	assert.NilError(t, os.Remove(path))
	for _, file := range files {
		removed, err := kept.forget(file)
		assert.NilError(t, err)
		assert.Equal(t, removed, int64(0))
	}
}
