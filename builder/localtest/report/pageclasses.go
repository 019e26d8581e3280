package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// classes are the names under which the page can hide what is of a target or of a platform: numbers, and no words of
// others.
type classes struct{ targets, platforms []string }

// choice is a box to be ticked, or a column.
type choice struct{ ID, Name, Class string }

// filter is a group of boxes.
type filter struct {
	Name    string
	Choices []choice
}

// newClasses numbers the targets and platforms of a run.
func newClasses(run Run) classes {
	var c classes
	for _, p := range run.Platforms {
		if !slices.Contains(c.targets, p.Target) {
			c.targets = append(c.targets, p.Target)
		}
		if !slices.Contains(c.platforms, p.Name) {
			c.platforms = append(c.platforms, p.Name)
		}
	}
	return c
}

// platform is the class of all of a platform.
func (c classes) platform(name string) string {
	return fmt.Sprintf("p%d", slices.Index(c.platforms, name))
}

// target is the class of all of a target.
func (c classes) target(name string) string { return fmt.Sprintf("t%d", slices.Index(c.targets, name)) }

// of are the classes of what is of one platform of one target.
func (c classes) of(p Platform) string {
	list := []string{c.target(p.Target), c.platform(p.Name)}
	if p.Verdict.Good() {
		list = append(list, "well")
	}
	return strings.Join(list, " ")
}

// filters are the boxes, where there is a choice.
func (c classes) filters() (list []filter) {
	for _, group := range []struct {
		title string
		names []string
		class func(string) string
	}{{"Targets", c.targets, c.target}, {"Platforms", c.platforms, c.platform}} {
		if len(group.names) < 2 { //nolint:mnd // a choice is between two
			continue
		}
		f := filter{Name: group.title}
		for _, name := range group.names {
			f.Choices = append(f.Choices, choice{ID: "only-" + group.class(name), Name: name})
		}
		list = append(list, f)
	}
	return list
}

// rules hide what a box is not ticked of, without a script.
func (c classes) rules() string {
	var b strings.Builder
	for prefix, n := range map[string]int{"t": len(c.targets), "p": len(c.platforms)} {
		for i := range n {
			fmt.Fprintf(&b, "body:has(#only-%[1]s%[2]d:not(:checked)) .%[1]s%[2]d { display: none; }\n", prefix, i)
		}
	}
	lines := strings.SplitAfter(b.String(), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "") +
		"body:has(#faults:checked) :is(.lane, li, tr, .matrix tbody).well { display: none; }\n"
}

// Classes of verdicts.
const (
	fine      = "ok"
	wrong     = "no"
	uncertain = "un"
)

// classOf is what a verdict looks like.
func classOf(v localtest.Verdict) string {
	switch {
	case v.Good():
		return fine
	case v == localtest.Failed, v == notBuilt, v == broken:
		return wrong
	}
	return uncertain
}

// markOf is a verdict as a sign, for those who do not see colours.
func markOf(v localtest.Verdict) string {
	return map[string]string{fine: "✔", wrong: "✘", uncertain: "■"}[classOf(v)]
}
