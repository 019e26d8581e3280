package structure

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Layer opens one layer of an image: a tar, plain or compressed with gzip or zstd.
type Layer func(context.Context) (io.ReadCloser, error)

// Tree is the file system a container of an image sees: its layers from the lowest to the highest, with whiteouts and
// overwritten files gone. It knows names and modes; contents are read when asked for.
type Tree struct {
	layers  []Layer
	entries map[string]entry
	// names and plain are what reading it has cost: bytes of names, and bytes beyond what its layers should unpack to.
	names int
	plain int64
}

// entry is one file of the tree.
type entry struct {
	mode     fs.FileMode
	uid, gid int32
	// link is the target of a symbolic link.
	link string
	// layer and name say where its content is.
	layer int32
	name  string
}

// ReadTree reads the layers of an image, lowest first. Beyond a limit the error wraps [ErrLimit].
func ReadTree(ctx context.Context, layers []Layer) (*Tree, error) {
	t := &Tree{layers: layers, entries: map[string]entry{"/": {mode: fs.ModeDir | 0o755}}}
	for i := range layers {
		c, err := t.readLayer(ctx, layers[i], i)
		if err != nil {
			return nil, fmt.Errorf("reading layer %d of %d: %w", i+1, len(layers), err)
		}
		if err := t.apply(c); err != nil {
			return nil, fmt.Errorf("reading layer %d of %d: %w", i+1, len(layers), err)
		}
	}
	return t, nil
}

// change is what one layer does to the tree below it.
type change struct {
	added map[string]entry
	// gone are paths removed with all that is in them; opaque are folders that lose what the layers below put there.
	gone, opaque map[string]bool
}

func (t *Tree) apply(c change) error {
	for name, e := range c.added {
		if old, ok := t.entries[name]; ok && old.mode.IsDir() && !e.mode.IsDir() {
			c.gone[name] = true
		}
	}
	if len(c.gone)+len(c.opaque) > 0 {
		for name := range t.entries {
			if c.hides(name) {
				delete(t.entries, name)
			}
		}
	}
	for name, e := range c.added {
		t.entries[name] = e
		if err := t.addParents(name); err != nil {
			return err
		}
	}
	return nil
}

// hides tells whether a path of the layers below is gone.
func (c change) hides(name string) bool {
	if c.gone[name] {
		return true
	}
	for name != "/" {
		name = path.Dir(name)
		if c.gone[name] || c.opaque[name] {
			return true
		}
	}
	return false
}

// addParents adds folders that no layer lists; an engine makes them too.
func (t *Tree) addParents(name string) error {
	for name != "/" {
		name = path.Dir(name)
		if _, ok := t.entries[name]; ok {
			return nil
		}
		if len(t.entries) >= maxEntries {
			return fmt.Errorf("%w: more than %d files and folders", ErrLimit, maxEntries)
		}
		t.entries[name] = entry{mode: fs.ModeDir | 0o755}
	}
	return nil
}

// maxLinks is how many symbolic links a path may lead through, as in Linux (ELOOP).
const maxLinks = 40

// find resolves a path as a process in the container does. Where follow is false, a link at its end is what is found.
func (t *Tree) find(name string, follow bool) (entry, error) {
	rest := strings.Split(path.Clean("/"+name), "/")[1:]
	at := "/"
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		if len(next) > maxPath {
			return entry{}, fmt.Errorf("%q: longer than %d bytes: %w", name, maxPath, fs.ErrNotExist)
		}
		e, ok := t.entries[next]
		if !ok {
			return entry{}, fmt.Errorf("%q: %w", name, fs.ErrNotExist)
		}
		if e.mode.Type() == fs.ModeSymlink && (follow || len(rest) > 0) {
			if links++; links > maxLinks {
				return entry{}, fmt.Errorf("%q: too many links: %w", name, errNoFile)
			}
			rest = append(strings.Split(e.link, "/"), rest...)
			if path.IsAbs(e.link) {
				at = "/"
			}
			continue
		}
		at = next
	}
	return t.entries[at], nil
}
