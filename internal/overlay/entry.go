package overlay

import (
	"io/fs"
	"strings"
)

// Entry is what stands at a path. There may be a million of them: each is small.
type Entry struct {
	Mode     fs.FileMode
	UID, GID int32
	// Layer and Place say where its content is: the layer, and the number of its entry there; a folder that no archive
	// has an entry for has the place -1.
	Layer uint16
	// gone and opaque are the whiteouts of a layer.
	gone, opaque bool
	Place        int32
	// link is the number of the target of a symbolic link.
	link int32
	// put is when it was put here; what was put into a folder before it was emptied is not there.
	put, emptied int32
}

// implied tells of a folder that its archive has no entry for.
func (e Entry) implied() bool { return e.Place < 0 }

// IsLink tells of a symbolic link.
func (e Entry) IsLink() bool { return e.Mode.Type() == fs.ModeSymlink }

// isFolder tells of a folder; a whiteout is none.
func (e Entry) isFolder() bool { return e.Mode.IsDir() }

// space is what a layer, or an image, holds.
type space struct {
	// entries are those of all paths without links, and some that are not there any more: those which are older than
	// their folder. The path of the root is empty.
	entries map[string]Entry
	// links are the targets of symbolic links.
	links []string
	// puts counts what was put here.
	puts int32
}

func newSpace() space {
	return space{entries: map[string]Entry{"": {Mode: fs.ModeDir | 0o755, Place: -1}}}
}

// at is what stands at a path whose folder is there.
func (s *space) at(name string) (Entry, bool) {
	e, ok := s.entries[name]
	return e, ok && e.put > s.entries[above(name)].emptied
}

// put puts something at a path without links. What was there before is gone; a folder that is kept has what is in it.
func (s *space) put(name string, e Entry, keep bool) {
	s.puts++
	e.put, e.emptied = s.puts, s.puts
	if keep {
		e.emptied = s.entries[name].emptied
	}
	s.entries[name] = e
}

// link keeps the target of a link, and gives it to an entry.
func (s *space) link(e Entry, target string) Entry {
	e.link = int32(len(s.links)) //nolint:gosec // their names are bounded
	s.links = append(s.links, target)
	return e
}

// above is the folder that a path lies in; that of the root is the root.
func above(name string) string { return name[:max(0, strings.LastIndexByte(name, '/'))] }
