package diff

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// files compares the files. Those of one key are of one role: mostly one of each side, more where an image has the
// same for several machines.
func (c *comparison) files(ctx context.Context) error {
	roles, err := c.roles(ctx)
	if err != nil {
		return err
	}
	var alone []File
	for _, key := range slices.Sorted(maps.Keys(roles)) {
		if err := ctx.Err(); err != nil {
			return err
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
	slices.SortStableFunc(c.report.Files, byFile)
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
			key, ok := c.key(file)
			if !ok {
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

// key is the role of a file; ok is false for one that is not compared.
func (c *comparison) key(file *inventory.File) (key string, ok bool) {
	if !c.folds {
		return file.Path, true
	}
	if c.names.Record(file.Path) {
		c.report.Folded.Records++
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

// pairs compares files of one role of which all sides have as many.
func (c *comparison) pairs(found File, sides [][]*inventory.File) (File, bool) {
	for _, files := range sides {
		slices.SortFunc(files, func(a, b *inventory.File) int {
			return cmp.Or(bytes.Compare(a.Sum[:], b.Sum[:]), cmp.Compare(a.Path, b.Path))
		})
	}
	own := c.folds && !samePaths(sides)
	for n := range sides[0] {
		for i := range sides[1:] {
			what := c.pair(sides[0][n], sides[i+1][n], own)
			if what == "" {
				continue
			}
			found.What, found.Path = what, sides[0][n].Path
			c.say(&found, sides, func(files []*inventory.File) string { return wordOf(what, files[n]) })
			return found, true
		}
	}
	return found, false
}

// say writes what each side has.
func (c *comparison) say(found *File, sides [][]*inventory.File, word func([]*inventory.File) string) {
	for i, files := range sides {
		text := word(files)
		if text == "" {
			text = fmt.Sprintf("%d files", len(files))
		}
		found.Values[i] = &text
	}
}

// pair says how two files differ; it is empty if they do not, but for what has to. Own says that their paths name the
// machine they are for: then each is its machine's, a link on one and a file on another, of other bytes.
func (c *comparison) pair(a, b *inventory.File, own bool) What {
	switch {
	case a.Kind != b.Kind:
		if own && a.Kind != inventory.Folder && b.Kind != inventory.Folder {
			return ""
		}
		return Kind
	case a.Kind == inventory.Symlink && c.target(a) != c.target(b):
		return Link
	case a.Kind == inventory.Regular && a.Sum != b.Sum && !c.mustDiffer(a, b) && !own:
		return Content
	case a.Kind != inventory.Symlink && a.Mode != b.Mode:
		return Mode
	case a.UID != b.UID || a.GID != b.GID:
		return Owner
	}
	return ""
}

// target is where a link leads, as links are compared: between platforms the way it is written does not count.
func (c *comparison) target(link *inventory.File) string {
	if !c.folds {
		return link.Target
	}
	to := link.Target
	if !path.IsAbs(to) {
		to = path.Join("/", path.Dir(link.Path), to)
	}
	return c.names.Path(strings.TrimPrefix(path.Clean(to), "/"))
}

// mustDiffer tells whether the content of two files differs as it has to between platforms.
func (c *comparison) mustDiffer(a, b *inventory.File) bool {
	if !c.folds {
		return false
	}
	if a.Form == b.Form && (a.Form == inventory.Program || a.Form == inventory.Bytes) {
		c.report.Folded.Programs++
		return true
	}
	if textSum(a) == textSum(b) {
		c.report.Folded.Texts++
		return true
	}
	return false
}

func textSum(f *inventory.File) [32]byte {
	if f.Folded != nil {
		return *f.Folded
	}
	return f.Sum
}

func wordOf(what What, f *inventory.File) string {
	switch what {
	case Kind:
		return map[inventory.Kind]string{
			inventory.Regular: "file", inventory.Folder: "folder", inventory.Symlink: "link", inventory.Special: "special file",
		}[f.Kind]
	case Link:
		return f.Target
	case Mode:
		return f.Mode.String()
	case Owner:
		return fmt.Sprintf("%d:%d", f.UID, f.GID)
	case Only, Content:
	}
	return strconv.FormatInt(f.Size, 10)
}

// byFile puts what is missing first, and then what is larger.
func byFile(a, b File) int {
	order := []What{Machine, Only, Kind, Content, Link, Mode, Owner}
	return cmp.Or(cmp.Compare(slices.Index(order, a.What), slices.Index(order, b.What)),
		cmp.Compare(slices.Max(b.Sizes), slices.Max(a.Sizes)), cmp.Compare(a.Path, b.Path))
}
