package request

import (
	"encoding/binary"
	"path/filepath"
	"strconv"
	"strings"
)

// Limits of a [Description]'s list of files: it is kept with a draft.
const (
	maxListed      = 256
	maxListedBytes = 16 << 10
)

// listing are the files of a context and what tells their contents; of a large one the lower folders are one entry
// each.
type listing struct {
	depth   int
	bytes   int
	entries map[string]listed
}

type listed struct {
	sum    uint64
	folder bool
}

func newListing() *listing { return &listing{depth: 1 << 10, entries: map[string]listed{}} }

// add takes in a file. The sum of a folder does not depend on the order of its files.
func (l *listing) add(path string, leaf []byte, folder bool) {
	l.put(path, listed{sum: binary.BigEndian.Uint64(leaf), folder: folder})
	for l.depth > 1 && (len(l.entries) > maxListed || l.bytes > maxListedBytes) {
		l.fold()
	}
}

func (l *listing) put(path string, e listed) {
	key := l.keyOf(path)
	if key != path {
		e.folder = false
	}
	there, known := l.entries[key]
	if !known {
		l.bytes += len(key) + 24
	}
	e.sum += there.sum
	l.entries[key] = e
}

// keyOf is the entry a path belongs to: its own, or that of a folder, which has a slash at its end.
func (l *listing) keyOf(path string) string {
	rest, at := path, 0
	for range l.depth {
		slash := strings.IndexByte(rest, '/')
		if slash < 0 || slash == len(rest)-1 {
			return path
		}
		at += slash + 1
		rest = path[at:]
	}
	return path[:at]
}

// fold makes one entry of each of the lowest folders.
func (l *listing) fold() {
	deepest := 0
	for path := range l.entries {
		deepest = max(deepest, strings.Count(strings.TrimSuffix(path, "/"), "/"))
	}
	l.depth = deepest
	if deepest == 0 {
		l.depth = 1
		return
	}
	all := l.entries
	l.entries, l.bytes = make(map[string]listed, len(all)), 0
	for path, e := range all {
		l.put(path, e)
	}
}

// list is what is kept of it; nothing of a context that has too much in its first folder. What the build itself writes
// is named without a sum.
func (l *listing) list(written []string) map[string]string {
	if len(l.entries) > maxListed || l.bytes > maxListedBytes {
		return nil
	}
	out := make(map[string]string, len(l.entries))
	for path, e := range l.entries {
		out[path] = strconv.FormatUint(e.sum, 36)
		if e.folder {
			out[path] = FolderMark + out[path]
		}
	}
	for _, path := range written {
		out[path] = ""
	}
	return out
}

// FolderMark begins the value of a folder in a list of files.
const FolderMark = "/"

// writtenIn are the files and folders below a context that the build itself writes, or reads as its cache.
func (r Request) writtenIn(folder string) []string {
	root, err := filepath.Abs(folder)
	if err != nil {
		return nil
	}
	var out []string
	for _, path := range append(r.localCaches(), r.Written...) {
		full, err := filepath.Abs(path)
		if err != nil || path == "" {
			continue
		}
		below, err := filepath.Rel(root, full)
		if err == nil && below != "." && filepath.IsLocal(below) {
			out = append(out, filepath.ToSlash(below))
		}
	}
	return out
}

// covers tells whether a path is one of these, or below one.
func covers(paths []string, name string) bool {
	for _, path := range paths {
		if name == path || strings.HasPrefix(name, path+"/") {
			return true
		}
	}
	return false
}
