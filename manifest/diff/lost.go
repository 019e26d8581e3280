package diff

import (
	"maps"
	"slices"
	"strconv"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// What is folded by its nature is not folded where a platform has just a part of it: a program that holds all its
// dependencies, or a cache, is as large on every platform, but for a factor.
const (
	lostFactor = 5
	leastLost  = 1 << 20
)

// lost tells whether two sizes are too far apart for the same thing on two platforms.
func lost(a, b int64) bool {
	least, largest := min(a, b), max(a, b)
	return largest-least > leastLost && largest/lostFactor > least
}

// record sums what tools have written for themselves, by the folder they write to.
func (c *comparison) record(side int, name string, file *inventory.File) {
	sum := c.records[name]
	if sum == nil {
		sum = &File{Path: name, Values: make([]*string, len(c.sides)), Sizes: make([]int64, len(c.sides))}
		c.records[name] = sum
	}
	if file.Kind != inventory.Folder {
		sum.Count++
		sum.Sizes[side] += file.Size
	}
}

// lostRecords are the folders of tools of which a side has hardly anything that another has: something else was put
// there.
func (c *comparison) lostRecords() {
	for _, name := range slices.Sorted(maps.Keys(c.records)) {
		one := c.records[name]
		least, largest := slices.Min(one.Sizes), slices.Max(one.Sizes)
		if !lost(least, largest) {
			continue
		}
		one.What = Content
		for i, size := range one.Sizes {
			if size == 0 {
				one.What = Only
				continue
			}
			text := strconv.FormatInt(size, 10)
			one.Values[i] = &text
		}
		c.report.Files = append(c.report.Files, *one)
	}
}
