package diff

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

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
	case a.Kind == inventory.Regular && a.Sum != b.Sum && (lost(a.Size, b.Size) || !c.mustDiffer(a, b) && !own):
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
