package audit

import (
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
)

// siblings are the folders in one folder, of which some are named after a machine: what is in one for that machine is
// of a set where any other has the same for the platform of the image. All that is wanted is looked for at once, so
// that the work grows with the files, not with the files times the folders.
type siblings struct {
	wanted *wanted
	// found are the first two folders in which a file for the platform was found, by the path in them.
	found map[string][]string
}

// wanted is a tree of the paths that are looked for.
type wanted struct {
	// path is where it is in the folder.
	path string
	// asked tells that a file is looked for there.
	asked bool
	// name is that of the only child, most have no other; more are in children.
	name     string
	only     *wanted
	children map[string]*wanted
}

func (w *wanted) count() int {
	if w.only != nil {
		return 1
	}
	return len(w.children)
}

// get returns nil where nothing is wanted under a name.
func (w *wanted) get(name string) *wanted {
	if w.only != nil && w.name == name {
		return w.only
	}
	return w.children[name]
}

// set places a child under a name that none has.
func (w *wanted) set(name string, child *wanted) {
	switch {
	case w.count() == 0:
		w.name, w.only = name, child
		return
	case w.only != nil:
		w.children = map[string]*wanted{w.name: w.only}
		w.only = nil
	}
	w.children[name] = child
}

// all are the children in no order.
func (w *wanted) all() iter.Seq2[string, *wanted] {
	if w.only != nil {
		return func(yield func(string, *wanted) bool) { yield(w.name, w.only) }
	}
	return maps.All(w.children)
}

// maxNamed is how many folders on one path can be named after its machine.
const maxNamed = 8

// placesOf calls use for every folder above a file that is named after its machine, the highest first: the folder that
// is in, its name, and the path of the file in it. Folders for variants of ARM are left out of that.
func (a *auditing) placesOf(name string, f *file, use func(above, dir, below string) bool) {
	parts := strings.Split(strings.TrimPrefix(name, "/"), "/")
	for i, met := 0, 0; i < len(parts)-1 && met < maxNamed && a.tree.budget.ok(); i++ {
		if !a.namesMachine(parts[i], f) {
			continue
		}
		met++
		below := parts[i+1:]
		if len(below) > 1 && slices.Contains(variants(), below[0]) {
			below = below[1:]
		}
		a.tree.budget.step(len(below))
		if use("/"+path.Join(parts[:i]...), parts[i], path.Join(below...)) {
			return
		}
	}
}

// wantSiblings notes what is to be looked for beside a file of another machine.
func (a *auditing) wantSiblings(name string, f *file) {
	a.placesOf(name, f, func(above, _, below string) bool {
		there := a.sets.beside[above]
		if there == nil {
			there = &siblings{wanted: &wanted{}, found: map[string][]string{}}
			a.sets.beside[above] = there
		}
		there.wanted.add(below, a.tree.budget)
		return false
	})
}

// stepsPerWanted is what one name costs that is looked for: it takes memory.
const stepsPerWanted = 24

// add adds a path.
func (w *wanted) add(below string, b *budget) {
	for at, rest := 0, below; rest != "" && b.ok(); {
		name, after, _ := strings.Cut(rest, "/")
		at += len(name)
		child := w.get(name)
		if child == nil {
			child = &wanted{path: below[:at]}
			w.set(name, child)
			b.step(stepsPerWanted)
		}
		w, rest, at = child, after, at+1
	}
	w.asked = true
}

// findSiblings looks for all that is wanted.
func (a *auditing) findSiblings() {
	for above, there := range a.sets.beside {
		_, parent := a.tree.find(above)
		if parent == nil || !parent.isFolder() {
			continue
		}
		for name, n := range parent.children.all() {
			if a.tree.budget.step(2); !a.tree.budget.ok() {
				return
			}
			search := searching{auditing: a, of: there, sibling: name}
			search.folder(path.Join(above, name), n, there.wanted)
			if n = search.resolved(path.Join(above, name), n); n == nil || !n.isFolder() {
				continue
			}
			for _, variant := range variants() {
				if v := n.children.get(variant); v != nil {
					search.folder(path.Join(above, name, variant), v, there.wanted)
				}
			}
		}
	}
}

// searching is the search in one sibling.
type searching struct {
	*auditing
	of      *siblings
	sibling string
}

// resolved is what a path leads to; n stands there.
func (s searching) resolved(name string, n *node) *node {
	if n.file != nil && n.Kind == symlink {
		_, n = s.tree.find(name)
	}
	return n
}

// folder looks into a folder for what is wanted of it. Of both, the one with less in it is gone through.
func (s searching) folder(name string, n *node, w *wanted) {
	n = s.resolved(name, n)
	if n == nil || !n.isFolder() {
		return
	}
	s.tree.budget.step(1 + min(n.children.count(), w.count()))
	look := func(base string, child *node, want *wanted) bool {
		if child != nil && want != nil {
			s.child(path.Join(name, base), child, want)
		}
		return s.tree.budget.ok()
	}
	if n.children.count() < w.count() {
		for base, child := range n.children.all() {
			if !look(base, child, w.get(base)) {
				return
			}
		}
		return
	}
	for base, want := range w.all() {
		if !look(base, n.children.get(base), want) {
			return
		}
	}
}

// child notes a file for the platform where one is wanted, and goes on into a folder.
func (s searching) child(name string, n *node, w *wanted) {
	s.tree.budget.step(1 + len(name)/16)
	if n = s.resolved(name, n); n == nil {
		return
	}
	if n.isFolder() {
		s.folder(name, n, w)
		return
	}
	there := s.of.found[w.path]
	native := w.asked && n.Kind == elfFile && s.target.judge(n.ELF) == native
	if native && len(there) < 2 && !slices.Contains(there, s.sibling) {
		s.of.found[w.path] = append(there, s.sibling)
	}
}

// hasSibling tells a file that lies in a folder named after its architecture, while the same file for the platform of
// the image is in any sibling of that folder.
func (a *auditing) hasSibling(name string, f *file) bool {
	has := false
	a.placesOf(name, f, func(above, dir, below string) bool {
		there := a.sets.beside[above]
		has = there != nil && slices.ContainsFunc(there.found[below], func(other string) bool { return other != dir })
		return has
	})
	return has
}
