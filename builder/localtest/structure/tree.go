package structure

import (
	"context"
	"fmt"
	"io"
	"io/fs"
)

// Layer opens one layer of an image: a tar, plain or compressed with gzip or zstd.
type Layer func(context.Context) (io.ReadCloser, error)

// Tree is the file system a container of an image sees: its layers from the lowest to the highest, with whiteouts and
// overwritten files gone. It knows names and modes; contents are read when asked for.
type Tree struct {
	layers []Layer
	// entries are those of all paths without links, and some that are gone: those which are older than their folder.
	entries map[string]entry
	// links are the targets of symbolic links; the first is none.
	links []string
	// puts counts what was put into the tree.
	puts int32
	// names, looked and plain are what reading it has cost: bytes of names, those of all paths that were looked up, and
	// bytes beyond what its layers should unpack to.
	names, looked int
	plain         int64
}

// entry is one file of the tree.
type entry struct {
	mode     fs.FileMode
	uid, gid int32
	// link is the number of the target of a symbolic link. There may be a million entries: each is small.
	link int32
	// layer and place say where its content is: the layer, and the number of its entry there. A name may come twice.
	layer, place int32
	// put is when it was put here; what was put into a folder before it was emptied is not there.
	put, emptied int32
}

// ReadTree reads the layers of an image, lowest first. Beyond a limit the error wraps [ErrLimit].
func ReadTree(ctx context.Context, layers []Layer) (*Tree, error) {
	t := &Tree{layers: layers, entries: map[string]entry{root: {mode: fs.ModeDir | 0o755}}, links: []string{""}}
	for i := range layers {
		if err := t.readLayer(ctx, layers[i], i); err != nil {
			return nil, fmt.Errorf("reading layer %d of %d: %w", i+1, len(layers), err)
		}
	}
	return t, nil
}

// find resolves a path as a process in the container does. Where follow is false, a link at its end is what is found.
func (t *Tree) find(name string, follow bool) (entry, error) {
	w := t.way(name)
	err := w.walk(name, follow)
	return w.here, err
}
