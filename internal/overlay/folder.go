package overlay

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// makeFolder returns where a folder is, through symbolic links of this layer, as unpacking does, and makes what is
// missing of it. A file that is in the way is replaced.
func (l *Layer) makeFolder(dir string) (string, error) {
	if dir == l.folder {
		return l.resolved, nil
	}
	w := l.way(dir)
	for w.more() {
		e, ok := w.next()
		switch {
		case len(w.to) > maxPath:
			return "", errLongPath()
		case ok && e.IsLink():
			if !w.follow(e, maxLinksHere) {
				return "", fmt.Errorf("%w: a path leads through more than %d links", ErrLimit, maxLinksHere)
			}
		case ok && e.isFolder():
			w.enter(e)
		default:
			missing := path.Join(string(w.to), path.Join(w.rest...))
			if slices.Contains(w.rest, "..") { // they lead out of folders that were not there
				w.home()
				w.rest = strings.Split(missing, "/")
				continue
			}
			if err := l.makeFolders(missing, len(w.to)); err != nil {
				return "", err
			}
			return l.resolvedTo(dir, missing, w.looked)
		}
	}
	return l.resolvedTo(dir, string(w.at), w.looked)
}

// resolvedTo keeps where a folder is for the entries that follow: most lie in the same one.
func (l *Layer) resolvedTo(dir, is string, looked int) (string, error) {
	l.folder, l.resolved = dir, is
	return is, l.tree.budget.look(looked)
}

// makeFolders makes the folders of a path, from the one that ends at first on. Their names have one memory.
func (l *Layer) makeFolders(name string, first int) error {
	for at := first; ; {
		if len(name) > maxPath {
			return errLongPath()
		}
		e := Entry{Mode: fs.ModeDir | 0o755, Layer: l.number, Place: -1}
		if err := l.set(name[:at], e); err != nil {
			return err
		}
		if at == len(name) {
			return nil
		}
		at++
		if next := strings.IndexByte(name[at:], '/'); next >= 0 {
			at += next
		} else {
			at = len(name)
		}
	}
}
