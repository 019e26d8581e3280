package structure

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// makeFolder returns where a folder is, through symbolic links, as unpacking does, and makes what is missing of it. A
// file that is in the way is replaced.
func (l *laying) makeFolder(dir string) (string, error) {
	if dir == l.folder {
		return l.resolved, nil
	}
	w := l.way(dir)
	for w.more() {
		e, ok := w.next()
		switch {
		case len(w.to) > maxPath:
			return "", fmt.Errorf("%w: a path through links is longer than %d bytes", ErrLimit, maxPath)
		case ok && e.isLink() && w.follow(e):
		case ok && e.mode.IsDir():
			w.enter(l.touched(string(w.to), e))
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
	return l.resolvedTo(dir, w.path(), w.looked)
}

// resolvedTo keeps where a folder is for the entries that follow: most lie in the same one.
func (l *laying) resolvedTo(dir, is string, looked int) (string, error) {
	l.folder, l.resolved = dir, is
	return is, l.cost(0, looked)
}

// touched notes that a folder of the layers below is in this layer, too.
func (l *laying) touched(name string, e entry) entry {
	if e.put <= l.before {
		l.puts++
		e.put = l.puts
		l.entries[name] = e
	}
	return e
}

// makeFolders makes the folders of a path, from the one that ends at first on. Their names have one memory.
func (l *laying) makeFolders(name string, first int) error {
	for at := first; ; {
		if len(name) > maxPath {
			return fmt.Errorf("%w: a path through links is longer than %d bytes", ErrLimit, maxPath)
		}
		if err := l.set(name[:at], entry{mode: fs.ModeDir | 0o755}); err != nil {
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
