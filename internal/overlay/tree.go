package overlay

import (
	"iter"
	"maps"
	"slices"
)

// Tree is the file system that a container of an image sees.
type Tree struct {
	space
	budget budget
	layers uint16
}

// New returns a tree of no layer.
func New() *Tree { return &Tree{space: newSpace()} }

// Begin begins a layer, which is to be laid over those before it.
func (t *Tree) Begin() *Layer {
	l := &Layer{space: newSpace(), tree: t, number: t.layers, place: -1}
	t.layers++
	return l
}

// Lay lays a layer over those before it.
func (t *Tree) Lay(l *Layer) {
	if len(t.entries) == 1 { // most files are in one layer: there is no second list of them
		t.space = l.space
		return
	}
	links := int32(len(t.links)) //nolint:gosec // their names are bounded
	for name, e := range l.all() {
		if e.IsLink() {
			e.link += links
		}
		t.lay(name, e)
	}
	t.links = append(t.links, l.links...)
	t.budget.entries = len(t.entries)
}

// lay lays one entry of a layer, whose folder is laid.
func (t *Tree) lay(name string, e Entry) {
	below, there := t.at(name)
	keep := there && below.isFolder() && e.isFolder() // a whiteout is none
	switch {
	case e.gone:
		delete(t.entries, name)
		return
	case keep && e.implied():
		opaque := e.opaque
		e = below
		e.opaque = opaque
	}
	keep = keep && !e.opaque
	e.opaque = false
	t.put(name, e, keep)
}

// Find finds what a process in the container does. Where follow is false, a link at the end of a path is found itself.
// The error wraps [fs.ErrNotExist] but for a path that leads through links without end.
func (t *Tree) Find(name string, follow bool) (Entry, error) {
	w := t.way(name)
	err := w.walk(name, follow)
	return w.here, err
}

// Target is where a symbolic link leads, as it is written.
func (t *Tree) Target(e Entry) string { return t.links[e.link] }

// All are the files and folders in the order of their paths, but for the root.
func (t *Tree) All() iter.Seq2[string, Entry] {
	return func(yield func(string, Entry) bool) {
		for name, e := range t.all() {
			if !e.gone && !yield(name, e) {
				return
			}
		}
	}
}

// all are those that are there, each folder before what is in it. The others are forgotten.
func (s *space) all() iter.Seq2[string, Entry] {
	return func(yield func(string, Entry) bool) {
		for _, name := range slices.Sorted(maps.Keys(s.entries)) {
			if name == "" {
				continue
			}
			e := s.entries[name]
			if folder, ok := s.entries[above(name)]; !ok || !folder.isFolder() || e.put <= folder.emptied {
				delete(s.entries, name)
				continue
			}
			if !yield(name, e) {
				return
			}
		}
	}
}
