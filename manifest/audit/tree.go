package audit

import (
	"cmp"
	"path"
	"strings"
)

// file is what stands at one path; hard links share it.
type file struct {
	*entry
	// layer is the number of the layer it comes from.
	layer int
}

// node is a file or a folder of the image.
type node struct {
	*file // nil: a folder
	// children are those of a folder.
	children *children
}

func newFolder() *node { return &node{children: &children{}} }

func (n *node) isFolder() bool { return n.children != nil }

// tree is the file system of an image as a container sees it.
type tree struct {
	root   *node
	budget *budget
}

func newTree(b *budget) *tree { return &tree{root: newFolder(), budget: b} }

// apply lays one more layer over the tree. As engines do, it is unpacked into a folder of its own, where links of other
// layers lead nowhere, and then seen over those below.
func (t *tree) apply(s *scan, layer int) {
	t.budget.record(len(s.Entries))
	t.budget.program(s.programs())
	own := newTree(t.budget)
	own.unpack(s, layer, t)
	if t.root.children.count() == 0 {
		own.settle(own.root)
		t.root = own.root
		return
	}
	t.lay(t.root, own.root)
}

// unpack places the entries of a layer, one after the other. What a layer removes is removed from the layers below it
// alone, wherever in its archive that stands (OCI image specification, Whiteouts).
func (t *tree) unpack(s *scan, layer int, below *tree) {
	plain := &file{entry: &entry{Kind: plainFile}, layer: layer}
	program := &file{entry: &entry{Kind: plainFile, Exec: true}, layer: layer}
	for i := 0; i < len(s.Entries) && t.budget.ok(); i++ {
		switch e := &s.Entries[i]; e.Kind {
		case whiteout:
			t.hide(e, layer)
		case opaque:
			t.empty(e.Path)
		case plainFile:
			t.putAll(e, plain)
		case plainProgram:
			t.putAll(e, program)
		case folder:
			t.addFolder(e.Path)
		case hardLink:
			// one into a layer below is for engines that unpack all layers into one folder; a link to nothing, which no
			// engine would unpack, is a plain file
			target := cmp.Or(t.linked(e.Target), below.linked(e.Target), plain)
			t.put(e.Path, &node{file: target})
		default:
			t.put(e.Path, &node{file: &file{entry: e, layer: layer}})
		}
	}
}

// putAll places a run of files, of which nothing else is to be known.
func (t *tree) putAll(e *entry, shared *file) {
	parent, n := t.makeFolder(e.Path), &node{file: shared}
	t.budget.step(len(e.Names) / 16)
	for name := range strings.SplitSeq(e.Names, "/") {
		t.set(parent, name, n)
	}
}

// set puts a file into a folder.
func (t *tree) set(parent *node, name string, n *node) {
	if t.budget.ok() && parent.children.set(name, n) {
		t.budget.file()
	}
}

// put places a node; what was there before is gone.
func (t *tree) put(name string, n *node) {
	dir, base := path.Split(name)
	t.set(t.makeFolder(dir), base, n)
}

// addFolder makes a folder, or keeps one that is there.
func (t *tree) addFolder(name string) {
	dir, base := path.Split(name)
	parent := t.makeFolder(dir)
	if there := parent.children.get(base); there == nil || !there.isFolder() {
		t.newFolder(parent, base)
	}
}

// linked is the file a hard link leads to: links on the way are followed, and one at its end is the file itself.
func (t *tree) linked(target string) *file {
	if parent, ok := t.folderAt(path.Dir("/" + target)); ok {
		if there := parent.children.get(path.Base(target)); there != nil && !there.isGone() {
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
		child := w.here().children.get(base)
		switch {
		case child != nil && child.isFolder():
			w.enter(base, child)
		case child != nil && child.Kind == symlink && w.follow(child.Target):
		default:
			made := t.newFolder(w.here(), base)
			made.children.opaque = child != nil && child.isGone()
			w.enter(base, made)
		}
		if w.length > maxPath && t.budget.ok() {
			t.budget.err = exceeded("the image has a path through links that is longer than %d bytes", maxPath)
		}
	}
	return w.here()
}

// newFolder makes a folder in the place of what is there.
func (t *tree) newFolder(parent *node, name string) *node {
	made := newFolder()
	parent.children.set(name, made)
	t.budget.folder()
	return made
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
		child := w.here().children.get(base)
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

// walk calls visit for every file that could be a program, sorted by path.
func (t *tree) walk(visit func(name string, f *file)) { t.walkNode([]byte("/"), t.root, visit) }

func (t *tree) walkNode(prefix []byte, n *node, visit func(string, *file)) {
	t.budget.step(1 + n.children.count())
	for _, name := range n.children.programs() {
		if !t.budget.ok() {
			return
		}
		full := append(prefix, name...)
		child := n.children.get(name)
		if child.isFolder() {
			t.walkNode(append(full, '/'), child, visit)
			continue
		}
		t.budget.step(len(full) / 16)
		visit(string(full), child.file)
	}
}

// mayRun tells a file that could be a program.
func (n *node) mayRun() bool {
	return n.Kind == elfFile || n.Kind == windowsFile || n.Kind == macFile
}
