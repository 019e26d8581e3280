package diff

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// mostDiffering is how many files may differ: whoever has more of them compares what is not the same image.
const mostDiffering = 200_000

// played is a file with the role it has: its path, as paths are compared.
type played struct {
	role string
	side int
	*inventory.File
}

// files compares the files. Those of one key are of one role: mostly one of each side, more where an image has the
// same for several machines.
func (c *comparison) files(ctx context.Context) error {
	all, err := c.roles(ctx)
	if err != nil {
		return err
	}
	c.lostRecords()
	alone := gathered{comparison: c, tops: map[string]int{}}
	sides := make([][]*inventory.File, len(c.sides))
	for from, to := 0, 0; from < len(all); from = to {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(c.report.Files)+len(alone.list) > mostDiffering {
			return fmt.Errorf("%w: more than %d files differ", inventory.ErrLimit, mostDiffering)
		}
		key := all[from].role
		for i := range sides {
			sides[i] = sides[i][:0]
		}
		for to = from; to < len(all) && all[to].role == key; to++ { // the first of each side is named
			sides[all[to].side] = append(sides[all[to].side], all[to].File)
		}
		c.compare(key, sides, &alone)
	}
	c.report.Files = append(c.report.Files, alone.list...)
	order.Stable(c.report.Files, byFile)
	c.folders()
	return nil
}

// compare compares the files of one role.
func (c *comparison) compare(key string, sides [][]*inventory.File, alone *gathered) {
	c.foreign(sides)
	found, differs := c.role(sides)
	if !samePaths(sides) && !lacks(found.Values) {
		c.report.Folded.Paths++
	}
	switch {
	case !differs, c.ownFolder(key, sides):
	case c.own[key] && c.neighbours(key, found.Values):
		c.report.Folded.Own++
	case found.What == Only:
		alone.add(found)
	default:
		c.report.Files = append(c.report.Files, found)
	}
}

// roles lists the files of every side in the order of their roles, and notes the folders there are.
func (c *comparison) roles(ctx context.Context) ([]played, error) {
	n := 0
	for _, s := range c.sides {
		n += len(s.Inventory.Files)
	}
	all := make([]played, 0, n)
	for i, s := range c.sides {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.dirs = append(c.dirs, map[string]bool{})
		for _, file := range s.Inventory.Files {
			key, ok := c.key(i, file)
			if !ok {
				mark(c.dirs[i], c.folded(file.Path))
				continue
			}
			all = append(all, played{key, i, file})
			mark(c.dirs[i], key)
			switch {
			case file.Kind == inventory.Folder:
				c.dirs[i][key] = true
			case c.folds && c.names.Own(file.Path):
				c.own[key] = true
				mark(c.owned, key)
			}
		}
	}
	c.fill(all)
	slices.SortFunc(all, func(a, b played) int {
		return cmp.Or(strings.Compare(a.role, b.role), cmp.Compare(a.side, b.side), strings.Compare(a.Path, b.Path))
	})
	return all, nil
}

// fill notes which of the folders with what is a machine's own hold other files too.
func (c *comparison) fill(all []played) {
	if len(c.owned) == 0 {
		return
	}
	for _, file := range all {
		if file.Kind == inventory.Folder || c.own[file.role] {
			continue
		}
		for dir := path.Dir(file.role); dir != "."; dir = path.Dir(dir) {
			if c.owned[dir] {
				c.full[dir] = true
			}
		}
	}
}

// ownFolder tells whether a role is a folder that holds nothing but what is a machine's own.
func (c *comparison) ownFolder(key string, sides [][]*inventory.File) bool {
	if !c.owned[key] || c.full[key] {
		return false
	}
	for _, files := range sides {
		if slices.ContainsFunc(files, func(f *inventory.File) bool { return f.Kind != inventory.Folder }) {
			return false
		}
	}
	return true
}

// neighbours tells whether every side has the folder that a file lies in, up to three levels deep: then it has the
// package, too, that the file is a part of.
func (c *comparison) neighbours(key string, values []*string) bool {
	dir := topOf(path.Dir(key), 3)
	for i, v := range values {
		if v == nil && !c.dirs[i][dir] {
			return false
		}
	}
	return true
}

// samePaths tells whether files of one role are at the same places on all sides.
func samePaths(sides [][]*inventory.File) bool {
	for _, files := range sides[1:] {
		if !slices.Equal(pathsOf(files), pathsOf(sides[0])) {
			return false
		}
	}
	return true
}

func pathsOf(files []*inventory.File) []string {
	paths := make([]string, len(files))
	for i, file := range files {
		paths[i] = file.Path
	}
	slices.Sort(paths)
	return paths
}

// mark notes the folders above a key.
func mark(folders map[string]bool, key string) {
	for dir := path.Dir(key); !folders[dir]; dir = path.Dir(dir) {
		folders[dir] = true
	}
}

// key is the role of a file of a side; ok is false for one that is not compared.
func (c *comparison) key(side int, file *inventory.File) (key string, ok bool) {
	if !c.folds {
		return file.Path, true
	}
	if record := c.names.Record(file.Path); record != "" {
		c.report.Folded.Records++
		c.record(side, record, file)
		return "", false
	}
	key = c.names.Path(file.Path)
	return key, key != ""
}

// role compares the files of one role.
func (c *comparison) role(sides [][]*inventory.File) (File, bool) {
	found := File{Values: make([]*string, len(sides)), Sizes: make([]int64, len(sides))}
	for i, files := range sides {
		if len(files) == 0 {
			continue
		}
		if found.Path == "" {
			found.Path = files[0].Path
		}
		for _, file := range files {
			found.Sizes[i] += file.Size
			if file.Kind != inventory.Folder {
				found.Count = 1
			}
		}
		size := strconv.FormatInt(found.Sizes[i], 10)
		found.Values[i] = &size
	}
	if lacks(found.Values) {
		found.What = Only
		return found, true
	}
	for _, files := range sides {
		if len(files) != len(sides[0]) { // one of the role is missing somewhere
			found.What = Only
			c.say(&found, sides, func([]*inventory.File) string { return "" })
			return found, true
		}
	}
	return c.pairs(found, sides)
}
