package audit

import "strings"

// maxLinks is how many symbolic links Linux follows in one path.
const maxLinks = 40

// walker goes along a path, folder by folder, and never leaves the root.
type walker struct {
	rest  []string // what is still to go, the last name first
	nodes []*node  // the root and the folders entered
	names []string // the names of those folders
	links int
	// length is that of the path to the folder that was come to.
	length int
	budget *budget
}

func (t *tree) walker(name string) *walker {
	w := &walker{nodes: []*node{t.root}, budget: t.budget}
	w.push(name)
	return w
}

// push puts a path in front of what is still to go.
func (w *walker) push(name string) {
	w.budget.step(1 + len(name)/16)
	if !w.budget.ok() {
		return
	}
	names := strings.Split(name, "/")
	w.budget.step(len(names))
	for i := len(names) - 1; i >= 0; i-- {
		if names[i] != "" && names[i] != "." {
			w.rest = append(w.rest, names[i])
		}
	}
}

// more tells whether there is a name to look up; it goes up for every "..". Once the budget is spent there is none.
func (w *walker) more() bool {
	for len(w.rest) > 0 && w.rest[len(w.rest)-1] == ".." {
		w.rest = w.rest[:len(w.rest)-1]
		if len(w.names) > 0 {
			w.length -= 1 + len(w.names[len(w.names)-1])
			w.names, w.nodes = w.names[:len(w.names)-1], w.nodes[:len(w.nodes)-1]
		}
	}
	return len(w.rest) > 0 && w.budget.ok()
}

// next takes the name to look up.
func (w *walker) next() string {
	name := w.rest[len(w.rest)-1]
	w.rest = w.rest[:len(w.rest)-1]
	return name
}

func (w *walker) here() *node { return w.nodes[len(w.nodes)-1] }

func (w *walker) enter(name string, n *node) {
	w.names, w.nodes = append(w.names, name), append(w.nodes, n)
	w.length += 1 + len(name)
}

// follow goes on along a symbolic link; false when there are too many of them.
func (w *walker) follow(target string) bool {
	if w.links++; w.links > maxLinks {
		return false
	}
	if strings.HasPrefix(target, "/") {
		w.names, w.nodes, w.length = nil, w.nodes[:1], 0
	}
	w.push(target)
	return true
}

// path is where the walk has come to, and one name more.
func (w *walker) path(base string) string {
	names := w.names
	if base != "" {
		names = append(names[:len(names):len(names)], base)
	}
	return "/" + strings.Join(names, "/")
}
