package audit

import (
	"cmp"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
)

// rank orders errors by how sure they break the image.
type rank int

const (
	ofImage rank = iota
	ofReach
	ofNeed
	ofFile
)

// findings collects what is found, one finding per file: the first reason given for a file is the strongest.
type findings struct {
	allowed func(string) bool
	// from says where the patterns stand that allow a file.
	from    string
	layers  []digest.Digest
	history []string

	// budget bounds what is kept of files.
	budget *budget

	list   []ranked
	byFile map[*file]int
}

type ranked struct {
	Finding
	rank rank
	// paths are all of a file that has several.
	paths map[string]bool
}

// image adds what is wrong with the image as a whole, or a path that is not there.
func (c *findings) image(severity Severity, name, what, why string) {
	c.list = append(c.list, ranked{Finding: Finding{Severity: severity, Path: name, What: what, Why: why}})
}

// config adds that the image says another platform of itself than it was asked for.
func (c *findings) config(what, why string) {
	c.list = append(c.list, ranked{Finding: Finding{Severity: Error, What: what, Why: why, Config: true}})
}

// folder notes a folder of files of another platform, of which first is one.
func (c *findings) folder(name, what, why string, first *file) {
	c.list = append(c.list, ranked{rank: ofFile, Finding: Finding{
		Severity: Note, Path: name, What: what, Why: why, Foreign: true,
		Layer: c.layers[first.layer], History: c.history[first.layer],
	}})
}

// foreign adds a file with code of another platform, which the patterns may make a note.
func (c *findings) foreign(found ranked, f *file) {
	found.Foreign = true
	if found.Severity == Error && c.allowed(found.Path) {
		found.Severity, found.Why = Note, "allowed by "+c.from
	}
	if found.Severity == Error {
		found.Allow = patternOf(found.Path)
	}
	c.file(found, f)
}

// file adds a finding about a file that is there.
func (c *findings) file(found ranked, f *file) {
	if c.budget.name(len(found.Path) + len(found.What) + len(found.Why)); !c.budget.ok() {
		return
	}
	found.Layer, found.History = c.layers[f.layer], c.history[f.layer]
	at, ok := c.byFile[f]
	if !ok {
		if len(c.list) >= maxFindings {
			c.budget.err = exceeded("the image has more than %d files of other platforms", maxFindings)
		}
		c.byFile[f] = len(c.list)
		c.list = append(c.list, found)
		return
	}
	there := &c.list[at]
	if there.paths == nil {
		there.paths = map[string]bool{there.Path: true}
	}
	there.paths[found.Path] = true
	if there.Severity == Note && found.Severity == Error {
		found.paths = there.paths
		*there = found
	}
	there.MoreNames = len(there.paths) - 1
}

// sorted is what the report shows.
func (c *findings) sorted() []Finding {
	order.Stable(c.list, func(a, b ranked) int {
		return cmp.Or(
			cmp.Compare(severityOrder(a.Severity), severityOrder(b.Severity)),
			cmp.Compare(a.rank, b.rank), cmp.Compare(a.Path, b.Path), cmp.Compare(a.What, b.What),
		)
	})
	out := make([]Finding, 0, len(c.list))
	for _, f := range c.list {
		out = append(out, f.Finding)
	}
	return out
}

func severityOrder(s Severity) int {
	if s == Error {
		return 0
	}
	return 1
}
