package structure

import (
	"archive/tar"
	"cmp"
	"fmt"
	"path"
	"strings"
)

// Whiteouts of the OCI image specification.
const (
	whiteout       = ".wh."
	opaqueWhiteout = ".wh..wh..opq"
)

// laying lays one layer over the tree, as engines unpack it: one entry after the other, through the links of folders.
type laying struct {
	*Tree
	layer, place int32
	// before is when the layers below were done: a whiteout removes nothing that is newer.
	before int32
	// folder is the one that the last entry lay in, and where that is without links; nothing has moved it since.
	folder, resolved string
}

// take lays one entry.
func (l *laying) take(header *tar.Header) error {
	l.place++
	if max(len(header.Name), len(header.Linkname)) > maxPath {
		return fmt.Errorf("the name %q… is longer than %d bytes", header.Name[:min(len(header.Name), 64)], maxPath)
	}
	if err := l.cost(len(header.Name)+len(header.Linkname), 0); err != nil {
		return err
	}
	name := path.Clean(root + header.Name)
	dir, base := path.Split(name)
	switch {
	case header.Typeflag == tar.TypeXGlobalHeader: // engines ignore it
		return nil
	case base == opaqueWhiteout:
		return l.empty(dir)
	case strings.HasPrefix(base, whiteout):
		hidden := strings.TrimPrefix(base, whiteout)
		if hidden == "" || hidden == "." || hidden == ".." { // it would hide the folder that it is in, or one above
			return fmt.Errorf("%q: it is a whiteout, and of no file", header.Name)
		}
		return l.remove(dir, hidden)
	case name == root: // nothing else can be the root; engines leave it out
		return nil
	case header.Typeflag == tar.TypeLink:
		return l.hardLink(dir, base, header.Linkname)
	}
	e := entry{
		mode: header.FileInfo().Mode(), uid: int32(header.Uid), gid: int32(header.Gid), //nolint:gosec // as Linux has them
		layer: l.layer, place: l.place,
	}
	if e.isLink() {
		e.link = int32(len(l.links)) //nolint:gosec // their names are bounded
		l.links = append(l.links, strings.Clone(header.Linkname))
	}
	return l.put(dir, base, e)
}

// cost counts what reading the layers has taken.
func (t *Tree) cost(names, looked int) error {
	if t.names += names; t.names > maxNames {
		return fmt.Errorf("%w: more than %d bytes of names", ErrLimit, maxNames)
	}
	if t.looked += looked; t.looked > maxLooked {
		return fmt.Errorf("%w: its paths and links are too long and too many", ErrLimit)
	}
	return nil
}

// put puts something into a folder.
func (l *laying) put(dir, base string, e entry) error {
	dir, err := l.makeFolder(dir)
	if err != nil {
		return err
	}
	return l.set(path.Join(dir, base), e)
}

// set puts something at a path without links. What was there before is gone, but a folder keeps what is in it.
func (l *laying) set(name string, e entry) error {
	l.puts++
	e.put, e.emptied = l.puts, l.puts
	old, known := l.entries[name]
	if old.put <= l.entries[cmp.Or(name[:strings.LastIndexByte(name, '/')], root)].emptied {
		old = entry{} // it is not there any more
	}
	switch {
	case !known && len(l.entries) >= maxEntries:
		return fmt.Errorf("%w: more than %d files and folders", ErrLimit, maxEntries)
	case old.mode.IsDir() && e.mode.IsDir():
		e.emptied = old.emptied
	case old.mode.IsDir() || old.isLink():
		l.folder = "" // paths may lead elsewhere now
	}
	l.entries[name] = e
	return l.cost(0, len(name))
}

// hardLink puts what stands elsewhere at another path, too. Engines unpack none that leads to no file.
func (l *laying) hardLink(dir, base, target string) error {
	w := l.way(target)
	if w.walk(target, false) != nil || w.here.mode.IsDir() {
		return l.cost(0, w.looked)
	}
	if err := l.cost(0, w.looked); err != nil {
		return err
	}
	return l.put(dir, base, w.here)
}

// remove takes away what the layers below have at a path.
func (l *laying) remove(dir, base string) error {
	dir, err := l.makeFolder(dir)
	if err != nil {
		return err
	}
	name := path.Join(dir, base)
	if e := l.entries[name]; e.put > l.before {
		l.emptied(name, e)
	} else {
		delete(l.entries, name)
	}
	l.folder = ""
	return nil
}

// empty takes away what the layers below have in a folder.
func (l *laying) empty(dir string) error {
	dir, err := l.makeFolder(dir)
	if err == nil {
		l.emptied(dir, l.entries[dir])
	}
	l.folder = ""
	return err
}

// emptied notes that what is older than this layer is not in a folder any more.
func (l *laying) emptied(name string, e entry) {
	if e.mode.IsDir() {
		e.emptied = max(e.emptied, l.before)
		l.entries[name] = e
	}
}
