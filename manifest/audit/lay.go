package audit

import "path"

// isGone tells of a whiteout, which stands in the tree of its own layer alone.
func (n *node) isGone() bool { return n.file != nil && n.Kind == whiteout }

// hide takes away what the layers below have at a path. What this layer has there stays.
func (t *tree) hide(e *entry, layer int) {
	parent, base := t.makeFolder(path.Dir(e.Path)), path.Base(e.Path)
	switch there := parent.children.get(base); {
	case there == nil:
		parent.children.set(base, &node{file: &file{entry: e, layer: layer}})
	case there.isFolder():
		there.children.opaque = true
	}
}

// empty takes away what the layers below have in a folder. Of the root engines do not.
func (t *tree) empty(name string) {
	if dir := t.makeFolder(name); dir != t.root {
		dir.children.opaque = true
	}
}

// lay lays a folder of a layer over that of the layers below.
func (t *tree) lay(below, above *node) {
	t.budget.step(1 + above.children.count())
	for name, n := range above.children.all() {
		if !t.budget.ok() {
			return
		}
		there := below.children.get(name)
		switch {
		case n.isGone():
			below.children.remove(name)
		case !n.isFolder():
			if !below.children.set(name, n) {
				t.budget.files--
			}
		case there != nil && there.isFolder() && !n.children.opaque:
			t.budget.folders--
			t.lay(there, n)
		default:
			t.settle(n)
			below.children.set(name, n)
		}
	}
}

// settle forgets the whiteouts of a folder that nothing lies below.
func (t *tree) settle(n *node) {
	t.budget.step(1 + n.children.count())
	n.children.opaque = false
	var gone []string
	for name, child := range n.children.all() {
		switch {
		case child.isGone():
			gone = append(gone, name)
		case child.isFolder() && t.budget.ok():
			t.settle(child)
		}
	}
	for _, name := range gone {
		n.children.remove(name)
	}
}
