package structure

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

const (
	root = "/"
	// maxLinks is how many symbolic links a path may lead through, as in Linux (ELOOP).
	maxLinks = 40
)

// way goes along a path, folder by folder, and never leaves the root.
type way struct {
	tree *Tree
	// rest are the names that are still to go.
	rest  []string
	links int
	// at is the path to what was come to, which is here; to is at with the name that was looked up.
	at, to []byte
	here   entry
	// looked are the bytes of the paths that were looked up.
	looked int
}

func (t *Tree) way(name string) *way {
	w := &way{tree: t, rest: strings.Split(name, "/")}
	w.home()
	return w
}

// home goes back to the root.
func (w *way) home() { w.at, w.here = w.at[:0], w.tree.entries[root] }

// more tells whether there is a name to look up; it goes up for every "..".
func (w *way) more() bool {
	for ; len(w.rest) > 0; w.rest = w.rest[1:] {
		switch w.rest[0] {
		case "", ".":
		case "..":
			w.up()
		default:
			return true
		}
	}
	return false
}

// up goes to the folder above.
func (w *way) up() {
	for len(w.at) > 0 && w.at[len(w.at)-1] != '/' {
		w.at = w.at[:len(w.at)-1]
	}
	w.at = w.at[:max(0, len(w.at)-1)]
	if w.here = w.tree.entries[root]; len(w.at) > 0 {
		w.here = w.tree.entries[string(w.at)]
	}
}

// next looks up the next name; false where there is no such thing.
func (w *way) next() (entry, bool) {
	w.to = append(append(append(w.to[:0], w.at...), '/'), w.rest[0]...)
	w.rest = w.rest[1:]
	w.looked += len(w.to)
	if !w.here.mode.IsDir() {
		return entry{}, false
	}
	e, ok := w.tree.entries[string(w.to)]
	return e, ok && e.put > w.here.emptied
}

// enter goes to what next has found.
func (w *way) enter(e entry) { w.at, w.to, w.here = w.to, w.at, e }

// follow goes on along a link; false when there are too many of them.
func (w *way) follow(e entry) bool {
	if w.links++; w.links > maxLinks {
		return false
	}
	link := w.tree.links[e.link]
	if path.IsAbs(link) {
		w.home()
	}
	w.rest = append(strings.Split(link, "/"), w.rest...)
	return true
}

// walk goes to the end of the path of that name.
func (w *way) walk(name string, follow bool) error {
	for w.more() {
		e, ok := w.next()
		switch {
		case len(w.to) > maxPath:
			return fmt.Errorf("%q: longer than %d bytes: %w", name, maxPath, fs.ErrNotExist)
		case !ok:
			return fmt.Errorf("%q: %w", name, fs.ErrNotExist)
		case !e.isLink() || !follow && len(w.rest) == 0:
			w.enter(e)
		case !w.follow(e):
			return fmt.Errorf("%q: too many links: %w", name, errNoFile)
		}
	}
	return nil
}

// path is where the way has come to.
func (w *way) path() string {
	if len(w.at) == 0 {
		return root
	}
	return string(w.at)
}

// isLink tells of a symbolic link.
func (e entry) isLink() bool { return e.mode.Type() == fs.ModeSymlink }
