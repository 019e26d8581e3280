package overlay

import (
	"io/fs"
	"path"
	"strings"
)

// Layer is one layer in a folder of its own.
type Layer struct {
	space
	tree *Tree
	// number is that of the layer, place that of the last entry.
	number uint16
	place  int32
	// folder is the one that the last entry lay in, and where that is without links; nothing has moved it since.
	folder, resolved string
}

// Take unpacks one entry; they come in the order of the layer's archive, and all of them. Beyond a limit the error
// wraps [ErrLimit].
func (l *Layer) Take(i Item) error {
	l.place++
	if err := l.tree.budget.name(i); err != nil || i.Kind == Nothing {
		return err
	}
	if i.Kind == Opaque {
		return l.empty(i.Name)
	}
	dir, err := l.makeFolder(above(i.Name))
	if err != nil {
		return err
	}
	name := i.Name // mostly, and then it has one memory
	if dir != above(name) {
		name = path.Join(dir, path.Base(name))
	}
	e := Entry{
		Mode: i.Mode, UID: int32(i.UID), GID: int32(i.GID), //nolint:gosec // as Linux has them
		Layer: l.number, Place: l.place,
	}
	switch i.Kind {
	case Whiteout:
		return l.hide(name)
	case HardLink:
		return l.hardLink(name, i.Target, e)
	case Symlink:
		e = l.link(e, strings.Clone(i.Target))
	case File, Folder, Opaque, Nothing:
	}
	return l.set(name, e)
}

// set puts something at a path without links.
func (l *Layer) set(name string, e Entry) error {
	if _, known := l.entries[name]; !known {
		if err := l.tree.budget.entry(); err != nil {
			return err
		}
	}
	old, there := l.at(name)
	keep := there && old.isFolder() && e.isFolder()
	switch {
	case keep:
		e.opaque = old.opaque
	case there && old.gone: // engines forget the whiteout where a folder of an entry takes its place
		e.opaque = e.implied()
	}
	if e.IsLink() || there && !keep {
		l.folder, l.resolved = "", "" // paths may lead elsewhere now
	}
	l.put(name, e, keep)
	return l.tree.budget.look(len(name))
}

// hide takes away what the layers below have at a path. What this layer has there stays.
func (l *Layer) hide(name string) error {
	if e, there := l.at(name); there {
		return l.cover(name, e)
	}
	return l.set(name, Entry{gone: true})
}

// empty takes away what the layers below have in a folder. Of the root engines do not.
func (l *Layer) empty(dir string) error {
	name, err := l.makeFolder(dir)
	if err != nil || name == "" {
		return err
	}
	return l.cover(name, l.entries[name])
}

// cover notes that nothing of the layers below is seen in a folder.
func (l *Layer) cover(name string, e Entry) error {
	e.opaque = e.isFolder()
	l.entries[name] = e
	return nil
}

// hardLink puts what stands elsewhere at another path, too: it is one file, with the mode and owner that came last.
func (l *Layer) hardLink(name, target string, last Entry) error {
	w := l.way(target)
	err := w.walk(target, false)
	if beyond := l.tree.budget.look(w.looked); beyond != nil {
		return beyond
	}
	if err != nil {
		return l.hardLinkBelow(name, target)
	}
	e := w.here
	if e.isFolder() {
		return nil // engines make no such link
	}
	if !e.IsLink() {
		const special = fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky
		e.Mode, e.UID, e.GID = e.Mode.Type()|last.Mode&(fs.ModePerm|special), last.UID, last.GID
		l.entries[string(w.at)] = e
	}
	return l.set(name, e)
}

// hardLinkBelow links a file of the layers below. Those that lead to no file are left out.
func (l *Layer) hardLinkBelow(name, target string) error {
	w := l.tree.way(target)
	found := w.walk(target, false) == nil && !w.here.isFolder()
	_, gone := l.entries[string(w.at)]
	if err := l.tree.budget.look(w.looked); err != nil || !found || gone {
		return err
	}
	e := w.here
	if e.IsLink() {
		e = l.link(e, l.tree.links[e.link])
	}
	return l.set(name, e)
}
