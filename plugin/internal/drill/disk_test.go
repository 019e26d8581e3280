//go:build drill

package drill

import (
	"bytes"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// node is a file, a folder or a symbolic link, with what is in memory and what has reached the disk.
type node struct {
	link string
	// data is nil for a folder.
	data, synced []byte
	// names are those of a folder; since is what changed of them since they were synced.
	names, syncedNames map[string]*node
	since              []change
}

// change is a name of a folder that leads elsewhere now; nil: nowhere.
type change struct {
	name string
	to   *node
}

func newFolder() *node { return &node{names: map[string]*node{}, syncedNames: map[string]*node{}} }

// set changes a name of a folder in memory.
func (n *node) set(name string, to *node) {
	n.since = append(n.since, change{name, to})
	apply(n.names, change{name, to})
}

func apply(names map[string]*node, c change) {
	if c.to == nil {
		delete(names, c.name)
		return
	}
	names[c.name] = c.to
}

// sync makes what is in memory last.
func (n *node) sync() {
	if n.names == nil {
		n.synced = slices.Clone(n.data)
		return
	}
	n.syncedNames, n.since = maps.Clone(n.names), nil
}

// disk is a folder on a disk with a cache, of which a power failure leaves what was synced.
type disk struct {
	path string
	root *node
	open map[string]*handle
}

// handle is an open file.
type handle struct {
	file *node
	at   int
}

// readDisk reads a folder; all that is in it has reached the disk.
func readDisk(t *testing.T, path string) *disk {
	t.Helper()
	d := &disk{path: path, root: newFolder(), open: map[string]*handle{}}
	err := filepath.WalkDir(path, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || p == path {
			return err
		}
		n := &node{}
		switch {
		case entry.IsDir():
			n = newFolder()
		case entry.Type()&fs.ModeSymlink != 0:
			n.link, err = os.Readlink(p)
		default:
			n.data, err = os.ReadFile(p) //nolint:gosec // nothing but the test writes there
		}
		n.sync()
		parent := d.find(filepath.Dir(p))
		parent.set(filepath.Base(p), n)
		parent.sync()
		return err
	})
	assert.NilError(t, err)
	return d
}

// find is what a path leads to; nil for nothing, or for what is on another disk.
func (d *disk) find(path string) *node {
	rest, below := strings.CutPrefix(filepath.Clean(path)+"/", d.path+"/")
	if !below {
		return nil
	}
	n, at := d.root, d.path
	for name := range strings.SplitSeq(strings.Trim(rest, "/"), "/") {
		if name == "" {
			break
		}
		if n = n.names[name]; n == nil {
			return nil
		}
		if n.link != "" {
			if at = filepath.Join(at, n.link); filepath.IsAbs(n.link) {
				at = n.link
			}
			n = d.find(at)
			continue
		}
		at = filepath.Join(at, name)
	}
	return n
}

// at changes the name that a path ends with, where its folder is on this disk.
func (d *disk) at(path string, to *node) bool {
	parent := d.find(filepath.Dir(path))
	if parent == nil {
		return false
	}
	parent.set(filepath.Base(path), to)
	return true
}

// do does what a system call did, and tells whether that changed anything on this disk, or made it last.
func (d *disk) do(t *testing.T, c systemCall) bool {
	t.Helper()
	switch c.name {
	case "openat":
		return d.opened(described(t, c.result), c)
	case "mkdirat":
		return d.at(c.path(t, 0), newFolder())
	case "symlinkat":
		return d.at(c.path(t, 1), &node{link: c.text(t, 0)})
	case "linkat":
		return d.at(c.path(t, 2), d.find(c.path(t, 0)))
	case "unlinkat":
		return d.at(c.path(t, 0), nil)
	case "renameat", "renameat2":
		moved := d.find(c.path(t, 0))
		return d.at(c.path(t, 2), moved) && d.at(c.path(t, 0), nil)
	case "close":
		delete(d.open, number(c.args[0]))
		return false
	case "fsync", "fdatasync":
		h := d.open[number(c.args[0])]
		if h == nil {
			return false
		}
		h.file.sync()
		return true
	}
	return d.wrote(t, c)
}

// opened notes what a descriptor is of.
func (d *disk) opened(path string, c systemCall) bool {
	descriptor := number(c.result)
	delete(d.open, descriptor)
	file := d.find(path)
	made := file == nil && strings.Contains(c.args[2], "O_CREAT")
	if made {
		file = &node{data: []byte{}}
		if !d.at(path, file) {
			return false
		}
	}
	if file == nil {
		return false
	}
	d.open[descriptor] = &handle{file: file}
	if strings.Contains(c.args[2], "O_APPEND") {
		d.open[descriptor].at = len(file.data)
	}
	if strings.Contains(c.args[2], "O_TRUNC") {
		file.data = []byte{}
		return true
	}
	return made
}

// wrote does what a call did to the bytes of a file.
func (d *disk) wrote(t *testing.T, c systemCall) bool {
	t.Helper()
	h := d.open[number(c.args[0])]
	if h == nil {
		return false
	}
	switch c.name {
	case "write":
		text := []byte(c.text(t, 1))
		data := append(slices.Clone(h.file.data[:min(h.at, len(h.file.data))]), text...)
		h.at += len(text)
		h.file.data = append(data, h.file.data[min(h.at, len(h.file.data)):]...)
	case "lseek":
		at, err := strconv.Atoi(c.result)
		assert.NilError(t, err)
		h.at = at
		return false
	default:
		t.Fatalf("the model of the disk does not know %v", c)
	}
	return true
}

// cut writes what a power failure leaves into a folder. Of what was not synced it leaves nothing ("strict"), all names
// but no bytes ("names"), or by chance some names, bytes and halves of files ("mixed"). Where just the program was
// killed, all is there ("killed").
func (d *disk) cut(t *testing.T, folder, mode string, chance *rand.Rand) {
	t.Helper()
	d.root.cut(t, folder, mode, chance)
}

func (n *node) cut(t *testing.T, path, mode string, chance *rand.Rand) {
	t.Helper()
	if n.link != "" {
		assert.NilError(t, os.Symlink(n.link, path))
		return
	}
	if n.names == nil {
		left := n.synced
		if mode == "mixed" && !bytes.Equal(n.data, n.synced) && chance.IntN(2) == 0 {
			left = n.data[:chance.IntN(len(n.data)+1)]
		}
		if mode == "killed" {
			left = n.data
		}
		assert.NilError(t, os.WriteFile(path, left, 0o600))
		return
	}
	names := maps.Clone(n.syncedNames)
	reached := 0
	switch mode {
	case "names", "killed":
		reached = len(n.since)
	case "mixed":
		reached = chance.IntN(len(n.since) + 1)
	}
	for _, c := range n.since[:reached] {
		apply(names, c)
	}
	assert.NilError(t, os.MkdirAll(path, 0o700))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		names[name].cut(t, filepath.Join(path, name), mode, chance)
	}
}
