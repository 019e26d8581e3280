package audit

import (
	"cmp"
	"maps"
	"path"
	"slices"
)

// file is what stands at one path; hard links share it.
type file struct {
	entry
	// layer is the number of the layer it comes from.
	layer int
}

// node is a file or a folder of the image.
type node struct {
	*file // nil: a folder
	// children are those of a folder.
	children map[string]*node
}

func newFolder() *node { return &node{children: map[string]*node{}} }

func (n *node) isFolder() bool { return n.children != nil }

// tree is the file system of an image as a container sees it.
type tree struct{ root *node }

func newTree() *tree { return &tree{root: newFolder()} }

// apply lays one more layer over the tree. What a layer removes is removed from the layers below it alone, wherever in
// its archive that stands (OCI image specification, Whiteouts).
func (t *tree) apply(s *scan, layer int) {
	below := map[string]*file{} // what hard links may lead to, though the layer removes it
	for _, e := range s.Entries {
		if e.Kind == hardLink {
			below[e.Target] = t.linked(e.Target)
		}
	}
	for _, e := range s.Entries {
		t.remove(e)
	}
	plain := &file{entry: entry{Kind: plainFile}, layer: layer}
	program := &file{entry: entry{Kind: plainFile, Exec: true}, layer: layer}
	for _, e := range s.Entries {
		switch e.Kind {
		case whiteout, opaque:
		case plainFile:
			t.putAll(e, plain)
		case plainProgram:
			t.putAll(e, program)
		case folder:
			t.addFolder(e.Path)
		case hardLink:
			// a link to nothing, which no engine would unpack, is a plain file
			target := cmp.Or(t.linked(e.Target), below[e.Target], plain)
			t.put(e.Path, &node{file: target})
		default:
			t.put(e.Path, &node{file: &file{entry: e, layer: layer}})
		}
	}
}

// remove takes away what a whiteout or an opaque folder hides.
func (t *tree) remove(e entry) {
	switch e.Kind {
	case whiteout:
		if parent, ok := t.folderAt(path.Dir("/" + e.Path)); ok {
			delete(parent.children, path.Base(e.Path))
		}
	case opaque:
		if dir, ok := t.folderAt("/" + e.Path); ok {
			clear(dir.children)
		}
	}
}

// putAll places a run of files, of which nothing else is to be known.
func (t *tree) putAll(e entry, shared *file) {
	parent := t.makeFolder(e.Path)
	for _, name := range e.Names {
		parent.children[name] = &node{file: shared}
	}
}

// put places a node; what was there before is gone.
func (t *tree) put(name string, n *node) {
	dir, base := path.Split(name)
	t.makeFolder(dir).children[base] = n
}

// addFolder makes a folder, or keeps one that is there.
func (t *tree) addFolder(name string) {
	dir, base := path.Split(name)
	parent := t.makeFolder(dir)
	if there := parent.children[base]; there == nil || !there.isFolder() {
		parent.children[base] = newFolder()
	}
}

// linked is the file a hard link leads to: links on the way are followed, and one at its end is the file itself.
func (t *tree) linked(target string) *file {
	if parent, ok := t.folderAt(path.Dir("/" + target)); ok {
		if there := parent.children[path.Base(target)]; there != nil {
			return there.file
		}
	}
	return nil
}

// makeFolder returns the folder of a path and makes what is missing of it, through symbolic links, as unpacking does.
// A file that is in the way is replaced.
func (t *tree) makeFolder(name string) *node {
	w := t.walker("/" + name)
	for w.more() {
		base := w.next()
		child := w.here().children[base]
		switch {
		case child == nil || child.file != nil && child.Kind != symlink:
			child = newFolder()
			w.here().children[base] = child
			w.enter(base, child)
		case child.isFolder():
			w.enter(base, child)
		case !w.follow(child.Target):
			child = newFolder()
			w.here().children[base] = child
			w.enter(base, child)
		}
	}
	return w.here()
}

// folderAt finds a folder, through symbolic links.
func (t *tree) folderAt(name string) (*node, bool) {
	_, n := t.find(name)
	return n, n != nil && n.isFolder()
}

// find follows a path and its symbolic links inside the root. It returns the path without links, and nil if there is
// nothing.
func (t *tree) find(name string) (string, *node) {
	w := t.walker(name)
	for w.more() {
		base := w.next()
		child := w.here().children[base]
		switch {
		case child == nil:
			return "", nil
		case child.isFolder():
			w.enter(base, child)
		case child.Kind == symlink:
			if !w.follow(child.Target) {
				return "", nil
			}
		case w.more():
			return "", nil
		default:
			return w.path(base), child
		}
	}
	return w.path(""), w.here()
}

// walk calls visit for every file, sorted by path.
func (t *tree) walk(visit func(name string, f *file)) { walkNode("/", t.root, visit) }

func walkNode(prefix string, n *node, visit func(string, *file)) {
	for _, name := range slices.Sorted(maps.Keys(n.children)) {
		child := n.children[name]
		if child.isFolder() {
			walkNode(prefix+name+"/", child, visit)
			continue
		}
		visit(prefix+name, child.file)
	}
}
