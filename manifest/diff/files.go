package diff

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strconv"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// files compares the files. Those of one key are of one role: mostly one of each side, more where an image has the
// same for several machines.
func (c *comparison) files(ctx context.Context) error {
	roles, err := c.roles(ctx)
	if err != nil {
		return err
	}
	c.lostRecords()
	var alone []File
	for _, key := range slices.Sorted(maps.Keys(roles)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, files := range roles[key] { // the first of them is named
			slices.SortFunc(files, func(a, b *inventory.File) int { return cmp.Compare(a.Path, b.Path) })
		}
		c.foreign(roles[key])
		found, differs := c.role(roles[key])
		if !samePaths(roles[key]) && !lacks(found.Values) {
			c.report.Folded.Paths++
		}
		switch {
		case !differs, c.ownFolder(key, roles[key]):
		case c.own[key] && c.neighbours(key, found.Values):
			c.report.Folded.Own++
		case found.What == Only:
			alone = append(alone, found)
		default:
			c.report.Files = append(c.report.Files, found)
		}
	}
	c.report.Files = append(c.report.Files, c.gather(alone)...)
	order.Stable(c.report.Files, byFile)
	c.folders()
	return nil
}

// roles lists the files of every side by their role, and notes the folders there are.
func (c *comparison) roles(ctx context.Context) (map[string][][]*inventory.File, error) {
	roles := map[string][][]*inventory.File{}
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
			if roles[key] == nil {
				roles[key] = make([][]*inventory.File, len(c.sides))
			}
			roles[key][i] = append(roles[key][i], file)
			mark(c.dirs[i], key)
			switch {
			case file.Kind == inventory.Folder:
				c.dirs[i][key] = true
			case c.folds && c.names.Own(file.Path):
				c.own[key] = true
				mark(c.owned, key)
			default:
				mark(c.full, key)
			}
		}
	}
	return roles, nil
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
