package reproducible

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

const (
	// maxFindings is of how many files of a layer the cause is told.
	maxFindings = 50
	// maxContent is how much is read of a file to tell the cause, maxContents of all files of a layer.
	maxContent  = 8 << 20
	maxContents = 32 << 20
	// maxPaired is among how many names of the second build that of the first is looked for.
	maxPaired = 1000
)

// entry is a file as a layer has it.
type entry struct {
	time time.Time
	size int64
	sum  [sha256.Size]byte
	// rest is all else that the header says, in words.
	rest string
}

// listing is what a layer has.
type listing struct {
	order   []string
	entries map[string]entry
}

// list reads a layer.
func list(ctx context.Context, at inventory.Reader, layer ocispec.Descriptor) (listing, error) {
	l := listing{entries: map[string]entry{}}
	err := at.Entries(ctx, layer, func(h *tar.Header, body io.Reader) error {
		name := cleanName(h)
		hash := sha256.New()
		if _, err := io.Copy(hash, body); err != nil {
			return err
		}
		e := entry{time: h.ModTime, size: h.Size, rest: restOf(h)}
		hash.Sum(e.sum[:0])
		l.order = append(l.order, name)
		l.entries[name] = e
		return nil
	})
	return l, err
}

// cleanName is the path of an entry; that of a folder ends in a slash.
func cleanName(h *tar.Header) string {
	name := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
	if h.Typeflag == tar.TypeDir {
		name += "/"
	}
	return strings.Clone(name)
}

// restOf is what a header says beside the name, the size and the times.
func restOf(h *tar.Header) string {
	rest := fmt.Sprintf("%s %d:%d", h.FileInfo().Mode(), h.Uid, h.Gid)
	if h.Linkname != "" {
		rest += " -> " + h.Linkname
	}
	for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
		if key != "mtime" && key != "atime" && key != "ctime" && key != "path" && key != "linkpath" {
			rest += " " + key + "=" + h.PAXRecords[key]
		}
	}
	return rest
}

// layers says why two layers differ, and how many files of them do.
func layers(ctx context.Context, a, b inventory.Reader, x, y ocispec.Descriptor) ([]Finding, int, error) {
	left, err := list(ctx, a, x)
	if err != nil {
		return nil, 0, err
	}
	right, err := list(ctx, b, y)
	if err != nil {
		return nil, 0, err
	}
	c := comparison{left: left, right: right}
	c.compare()
	bodies, err := c.read(ctx, a, b, x, y)
	if err != nil {
		return nil, 0, err
	}
	found := c.contents(bodies)
	differing := len(found) + len(c.found) + len(c.times) + len(c.content) - c.told
	found = append(append(found, c.found...), c.times...)
	if len(found) == 0 {
		found = []Finding{c.sameFiles()}
	}
	return found[:min(len(found), maxFindings)], differing, nil
}

// comparison is of two layers.
type comparison struct {
	left, right listing
	// content are the files whose content differs, told how many findings they make.
	content []string
	told    int
	// found is what else differs, times those of which only the time does.
	found, times []Finding
}

// compare sorts the files by what differs.
func (c *comparison) compare() {
	var onlyLeft, onlyRight []string
	for _, name := range slices.Sorted(maps.Keys(c.left.entries)) {
		x := c.left.entries[name]
		y, there := c.right.entries[name]
		switch {
		case !there:
			onlyLeft = append(onlyLeft, name)
		case x.sum != y.sum:
			c.content = append(c.content, name)
		case x.rest != y.rest:
			one := between(Other, x.rest, y.rest)
			one.Path = name
			c.found = append(c.found, one)
		case !x.time.Equal(y.time):
			c.times = append(c.times, Finding{Path: name, Cause: ModTime, Detail: inTime(x.time.Unix()) + ", " +
				inTime(y.time.Unix())})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.right.entries)) {
		if _, there := c.left.entries[name]; !there {
			onlyRight = append(onlyRight, name)
		}
	}
	c.names(onlyLeft, onlyRight)
	byPath := func(f, g Finding) int { return cmp.Compare(strings.Count(g.Path, "/"), strings.Count(f.Path, "/")) }
	order.Stable(c.times, byPath) // the folders above are changed by the files in them
}

// names pairs files that only one layer has, where they differ in a name that nobody has chosen. Only those of which
// the cause is told are looked for.
func (c *comparison) names(left, right []string) {
	for i, name := range left {
		at := -1
		if i < maxFindings {
			at = slices.IndexFunc(right[:min(len(right), maxPaired)], func(other string) bool { return alike(name, other) })
		}
		if at < 0 {
			c.found = append(c.found, Finding{Path: name, Cause: Other, Detail: "it is in the first build only"})
			continue
		}
		one := explainWord(name, right[at])
		one.Path = name
		c.found = append(c.found, one)
		right = slices.Delete(right, at, at+1)
	}
	for _, name := range right {
		c.found = append(c.found, Finding{Path: name, Cause: Other, Detail: "it is in the second build only"})
	}
}

// alike tells whether two paths differ in something nobody has chosen alone.
func alike(a, b string) bool {
	if strings.Count(a, "/") != strings.Count(b, "/") || path.Ext(a) != path.Ext(b) && len(a) != len(b) {
		return false
	}
	cause := explainWord(a, b).Cause
	return cause == ID || cause == Time
}

// sameFiles says why layers differ that have the same files.
func (c *comparison) sameFiles() Finding {
	if !slices.Equal(c.left.order, c.right.order) {
		return Finding{Cause: Order, Detail: "the files of the layer are listed in another order"}
	}
	return Finding{Cause: Other, Detail: "the same files are archived otherwise"}
}

// contents are those of the two sides of a file.
type contents [2][]byte

// read reads as many of the files whose content differs as is bounded.
func (c *comparison) read(
	ctx context.Context, a, b inventory.Reader, x, y ocispec.Descriptor,
) (map[string]*contents, error) {
	bodies := map[string]*contents{}
	left := int64(maxContents)
	for _, name := range c.content {
		size := min(max(c.left.entries[name].size, c.right.entries[name].size), maxContent)
		if left < size || len(bodies) >= maxFindings {
			continue
		}
		left -= size
		bodies[name] = &contents{}
	}
	for i, side := range []struct {
		at    inventory.Reader
		layer ocispec.Descriptor
	}{{a, x}, {b, y}} {
		if len(bodies) == 0 {
			break
		}
		err := side.at.Entries(ctx, side.layer, func(h *tar.Header, body io.Reader) (err error) {
			if of := bodies[cleanName(h)]; of != nil {
				of[i], _, err = localfile.Stream(body, maxContent)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return bodies, nil
}

// contents says why files differ.
func (c *comparison) contents(bodies map[string]*contents) []Finding {
	var found []Finding
	for _, name := range c.content {
		of := bodies[name]
		if of == nil {
			continue
		}
		c.told++
		for i, one := range Explain(of[0], of[1]) {
			if i > 0 {
				c.told++ // a further cause is no further file
			}
			one.Path = name + one.Path
			found = append(found, one)
		}
	}
	return found
}
