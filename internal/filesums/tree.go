package filesums

import (
	"bytes"
	"io/fs"
	"maps"
	"time"
	"unicode/utf8"
)

const (
	// leastSize is the size in bytes from which on a file is remembered: a smaller one is read as fast.
	leastSize = 32 << 10
	// mostFiles bounds how many files of a tree are remembered.
	mostFiles = 8 << 10
	// tick is how old the last change of a file has to be: some file systems count two seconds as one.
	tick = 3 * time.Second
)

// Tree are the sums of the files of a folder.
type Tree struct {
	tree, file string
	// entries are what was known, walked what was met; by the path of the file in the tree.
	entries, walked map[string]entry
	changed         bool
}

// Known is the sum of a file that is as it was when that was put.
func (t *Tree) Known(path string, info fs.FileInfo) (sum []byte, ok bool) {
	if t.file == "" || !worth(info) {
		return nil, false
	}
	known, ok := t.entries[path]
	if !ok {
		return nil, false
	}
	if state, _ := stateOf(info); state == "" || state != known.State || len(known.Sum) == 0 {
		return nil, false
	}
	t.walked[path] = known
	return known.Sum, true
}

// Put remembers the sum of a file that was looked at, at that time, then read, and is as info says since. What JSON
// cannot hold is not remembered: two names would be one.
func (t *Tree) Put(path string, info fs.FileInfo, looked time.Time, sum []byte) {
	if t.file == "" || !worth(info) || !utf8.ValidString(path) {
		return
	}
	state, changed := stateOf(info)
	if state == "" || looked.Sub(changed) < tick {
		return
	}
	t.walked[path] = entry{State: state, Sum: bytes.Clone(sum)}
	t.changed = true
}

// Keep writes down what is new. What was known of files that were not met stays, for as long as there is room.
func (t *Tree) Keep() error {
	if !t.changed {
		return nil
	}
	all := maps.Clone(t.entries)
	maps.Copy(all, t.walked)
	if len(all) > mostFiles {
		all = t.walked
	}
	if len(all) > mostFiles {
		return nil
	}
	return write(t.file, t.tree, all)
}

// worth tells whether a file is remembered at all.
func worth(info fs.FileInfo) bool { return info.Mode().IsRegular() && info.Size() >= leastSize }
