package overlay

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// How many symbolic links a path may lead through: in a container, as in Linux (ELOOP), and where engines unpack one.
const (
	maxLinks     = 40
	maxLinksHere = 255
)

// way goes along a path, folder by folder, and never leaves the root.
type way struct {
	space *space
	// rest are the names that are still to go.
	rest  []string
	links int
	// at is the path to what was come to, which is here; to is at with the name that was looked up.
	at, to []byte
	here   Entry
	// looked are the bytes of the paths that were looked up.
	looked int
}

func (s *space) way(name string) *way {
	w := &way{space: s, rest: strings.Split(name, "/")}
	w.home()
	return w
}

// home goes back to the root.
func (w *way) home() { w.at, w.here = w.at[:0], w.space.entries[""] }

// more tells whether there is a name to look up; it goes up for every "..".
func (w *way) more() bool {
	for ; len(w.rest) > 0; w.rest = w.rest[1:] {
		switch w.rest[0] {
		case "", ".":
		case "..":
			w.at = w.at[:len(above(string(w.at)))]
			w.here = w.space.entries[string(w.at)]
		default:
			return true
		}
	}
	return false
}

// next looks up the next name; false where there is no such thing.
func (w *way) next() (Entry, bool) {
	w.to = append(w.to[:0], w.at...)
	if len(w.to) > 0 {
		w.to = append(w.to, '/')
	}
	w.to = append(w.to, w.rest[0]...)
	w.rest = w.rest[1:]
	w.looked += len(w.to)
	if !w.here.isFolder() {
		return Entry{}, false
	}
	e, ok := w.space.entries[string(w.to)]
	return e, ok && !e.gone && e.put > w.here.emptied
}

// enter goes to what next has found.
func (w *way) enter(e Entry) { w.at, w.to, w.here = w.to, w.at, e }

// follow goes on along a link; false when there are too many of them.
func (w *way) follow(e Entry, most int) bool {
	if w.links++; w.links > most {
		return false
	}
	link := w.space.links[e.link]
	if path.IsAbs(link) {
		w.home()
	}
	w.rest = append(strings.Split(link, "/"), w.rest...)
	return true
}

// walk goes to the end of the path of that name. Where follow is false, a link at its end is what is found.
func (w *way) walk(name string, follow bool) error {
	for w.more() {
		e, ok := w.next()
		switch {
		case len(w.to) > maxPath:
			return fmt.Errorf("%q: longer than %d bytes: %w", name, maxPath, fs.ErrNotExist)
		case !ok:
			return fmt.Errorf("%q: %w", name, fs.ErrNotExist)
		case !e.IsLink() || !follow && len(w.rest) == 0:
			w.enter(e)
		case !w.follow(e, maxLinks):
			return fmt.Errorf("%q: too many links", name)
		}
	}
	return nil
}
