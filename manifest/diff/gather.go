package diff

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
)

// gathered are the files that some sides lack: all that the same sides lack stand under the folder that those lack too.
type gathered struct {
	*comparison
	tops map[string]int // where the folder is in the list
	list []File
}

// add takes one file more. The files come in the order of their paths' keys.
func (g *gathered) add(found File) {
	if !lacks(found.Values) { // every side has some of them
		g.list = append(g.list, found)
		return
	}
	top := g.top(found)
	under := top + "\x00" + sidesOf(found.Values)
	at, ok := g.tops[under]
	if !ok {
		g.tops[under] = len(g.list)
		found.Path = top
		g.list = append(g.list, found)
		return
	}
	whole := &g.list[at]
	whole.Count++
	for i, size := range found.Sizes {
		whole.Sizes[i] += size
		if whole.Values[i] != nil {
			sum := strconv.FormatInt(whole.Sizes[i], 10)
			whole.Values[i] = &sum
		}
	}
}

// sidesOf says which sides have something, as a key.
func sidesOf(values []*string) string {
	key := make([]byte, len(values))
	for i, v := range values {
		key[i] = '-'
		if v != nil {
			key[i] = '+'
		}
	}
	return string(key)
}

// top is the highest folder above a file that the sides without the file do not have either; else the file itself.
func (c *comparison) top(found File) string {
	top := found.Path
	for dir := path.Dir(found.Path); dir != "."; dir = path.Dir(dir) {
		for i, v := range found.Values {
			if v == nil && c.dirs[i][c.folded(dir)] {
				return top
			}
		}
		top = dir
	}
	return top
}

// folded is a path as paths are compared.
func (c *comparison) folded(name string) string {
	if !c.folds {
		return name
	}
	return c.names.Path(name)
}

// folders sums the sizes of files by folder, two levels deep, and keeps those that differ by more than a tenth.
func (c *comparison) folders() {
	const depth, most = 2, 20
	sizes := map[string][]int64{}
	for i, s := range c.sides {
		for _, file := range s.Inventory.Files {
			if file.Size == 0 {
				continue
			}
			dir := topOf(path.Dir(file.Path), depth)
			if sizes[dir] == nil {
				sizes[dir] = make([]int64, len(c.sides))
			}
			sizes[dir][i] += file.Size
		}
	}
	for dir, of := range sizes {
		if least, largest := slices.Min(of), slices.Max(of); largest-least > largest/10 {
			c.report.Folders = append(c.report.Folders, Folder{Path: dir, Sizes: of})
		}
	}
	order.Stable(c.report.Folders, func(a, b Folder) int {
		spread := func(f Folder) int64 { return slices.Max(f.Sizes) - slices.Min(f.Sizes) }
		if d := spread(b) - spread(a); d != 0 {
			return int(min(max(d, -1), 1))
		}
		return strings.Compare(a.Path, b.Path)
	})
	c.report.Folders = c.report.Folders[:min(len(c.report.Folders), most)]
}

func topOf(dir string, depth int) string {
	parts := strings.Split(dir, "/")
	return strings.Join(parts[:min(len(parts), depth)], "/")
}
