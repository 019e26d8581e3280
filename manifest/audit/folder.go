package audit

import (
	"iter"
	"slices"
)

// fewChildren is how many children a folder has without a map of them; most have one or a few.
const fewChildren = 8

// children are what lies in a folder, by name.
type children struct {
	few  []child
	many map[string]*node
	// opaque tells of a layer's folder that nothing of the layers below is seen in.
	opaque bool
}

type child struct {
	name string
	node *node
}

// get returns nil where nothing has the name.
func (c *children) get(name string) *node {
	if c.many != nil {
		return c.many[name]
	}
	if at := c.at(name); at >= 0 {
		return c.few[at].node
	}
	return nil
}

func (c *children) at(name string) int {
	return slices.IndexFunc(c.few, func(one child) bool { return one.name == name })
}

// set places a node, and tells whether none was there.
func (c *children) set(name string, n *node) (isNew bool) {
	if c.many != nil {
		_, there := c.many[name]
		c.many[name] = n
		return !there
	}
	if at := c.at(name); at >= 0 {
		c.few[at].node = n
		return false
	}
	if len(c.few) < fewChildren {
		c.few = append(c.few, child{name, n})
		return true
	}
	c.many = make(map[string]*node, 2*fewChildren)
	for _, one := range c.few {
		c.many[one.name] = one.node
	}
	c.few = nil
	c.many[name] = n
	return true
}

func (c *children) remove(name string) {
	delete(c.many, name)
	if at := c.at(name); at >= 0 {
		c.few = slices.Delete(c.few, at, at+1)
	}
}

func (c *children) count() int { return len(c.few) + len(c.many) }

// all are the children in no order.
func (c *children) all() iter.Seq2[string, *node] {
	return func(yield func(string, *node) bool) {
		for _, one := range c.few {
			if !yield(one.name, one.node) {
				return
			}
		}
		for name, n := range c.many {
			if !yield(name, n) {
				return
			}
		}
	}
}

// programs are the names of the folders and of what could be a program, sorted: most files are neither.
func (c *children) programs() []string {
	var names []string
	for name, n := range c.all() {
		if n.isFolder() || n.mayRun() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
