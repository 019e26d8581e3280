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
		found, differs := c.role(roles[key])
		if !samePaths(roles[key]) && !lacks(found.Values) {
			c.report.Folded.Paths++
		}
		switch {
		case !differs:
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
			for dir := path.Dir(key); !c.dirs[i][dir]; dir = path.Dir(dir) {
				c.dirs[i][dir] = true
			}
			if file.Kind == inventory.Folder {
				c.dirs[i][key] = true
			}
		}
	}
	return roles, nil
}

// samePaths tells whether files of one role are at one place.
func samePaths(sides [][]*inventory.File) bool {
	for _, files := range sides {
		for _, file := range files {
			if len(sides[0]) == 0 || file.Path != sides[0][0].Path {
				return false
			}
		}
	}
	return true
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
	for n := range sides[0] {
		for i := range sides[1:] {
			what := c.pair(sides[0][n], sides[i+1][n])
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

// pair says how two files differ; it is empty if they do not, but for what has to.
func (c *comparison) pair(a, b *inventory.File) What {
	switch {
	case a.Kind != b.Kind:
		if c.folds && a.Kind != inventory.Folder && b.Kind != inventory.Folder && c.linker(a) {
			return "" // a link on one machine, a file on another
		}
		return Kind
	case a.Kind == inventory.Symlink && a.Target != b.Target:
		if c.folds && c.names.Path(a.Target) == c.names.Path(b.Target) {
			return ""
		}
		return Link
	case a.Kind == inventory.Regular && a.Sum != b.Sum && !c.mustDiffer(a, b):
		return Content
	case a.Kind != inventory.Symlink && a.Mode != b.Mode:
		return Mode
	case a.UID != b.UID || a.GID != b.GID:
		return Owner
	}
	return ""
}

// linker tells whether a file is the dynamic linker of a machine.
func (c *comparison) linker(f *inventory.File) bool {
	return c.names.Path(f.Path) != f.Path && f.Form == inventory.Program
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
	order := []What{Only, Kind, Content, Link, Mode, Owner}
	return cmp.Or(cmp.Compare(slices.Index(order, a.What), slices.Index(order, b.What)),
		cmp.Compare(slices.Max(b.Sizes), slices.Max(a.Sizes)), cmp.Compare(a.Path, b.Path))
}
