package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// group are the rows of a target.
type group struct {
	Class, Name string
	Span        int
	Rows        []row
}

// row is a test, or what came of all of them.
type row struct {
	Kind, Name string
	// Test tells that the name is that of a test.
	Test  bool
	Cells []square
}

// square is where a row and a platform meet.
type square struct {
	Class, Mark, Word, Href string
	More                    []string
}

// matrix is targets by platforms by tests.
func (c classes) matrix(run Run) (columns []choice, groups []group) {
	for _, name := range c.platforms {
		columns = append(columns, choice{Name: name, Class: c.platform(name)})
	}
	for _, part := range byTarget(run) {
		g := group{Class: c.target(part.Name), Name: part.Name, Span: len(columns) + 1}
		if len(part.bad()) == 0 {
			g.Class += " well"
		}
		rows := []row{{Kind: "sum", Name: "verdict"}, {Kind: "build", Name: "build"}, {Kind: "audit", Name: "audit"}}
		for _, name := range tests(part) {
			rows = append(rows, row{Kind: "test", Name: name, Test: true})
		}
		for _, r := range rows {
			said := false
			for _, name := range c.platforms {
				cell := c.square(part, r, name)
				said = said || cell.Word != ""
				cell.Class = c.platform(name) + " " + cell.Class
				r.Cells = append(r.Cells, cell)
			}
			if said {
				g.Rows = append(g.Rows, r)
			}
		}
		groups = append(groups, g)
	}
	return columns, groups
}

// square is what a row says of a platform.
func (c classes) square(part Run, r row, name string) square {
	at := slices.IndexFunc(part.Platforms, func(p Platform) bool { return p.Name == name })
	if at < 0 {
		return square{}
	}
	p := part.Platforms[at]
	switch r.Kind {
	case "sum":
		return c.verdict(p)
	case "build":
		return built(p)
	case "audit":
		return audited(p)
	}
	for i, test := range p.Cases {
		if test.Name != r.Name {
			continue
		}
		cell := square{Class: classOf(test.Verdict), Mark: markOf(test.Verdict), Word: string(test.Verdict)}
		switch {
		case p.Cached:
			cell.More = []string{"cached"}
		case test.Took > 0:
			cell.More = []string{shortly(test.Took)}
		}
		if test.Verdict != localtest.Passed {
			cell.Href = c.fault(p, i)
		}
		return cell
	}
	return square{}
}

// verdict is what came of a platform.
func (c classes) verdict(p Platform) square {
	cell := square{Class: classOf(p.Verdict), Mark: markOf(p.Verdict), Word: string(p.Verdict)}
	if how := p.execution(); how != none {
		cell.More = append(cell.More, how)
	}
	if p.Cached {
		cell.More = append(cell.More, "cached")
	}
	if !p.Verdict.Good() && p.Reason != "" && len(p.Cases) == 0 {
		cell.Href = c.fault(p, whole)
	}
	return cell
}

// built is what there is to say of the build of a platform.
func built(p Platform) square {
	if p.Build == "" && p.BuildTook == 0 {
		return square{}
	}
	cell := square{Class: fine, Mark: markOf(localtest.Passed), Word: cmp.Or(p.Build, "built")}
	if p.Verdict == notBuilt {
		cell = square{Class: wrong, Mark: markOf(notBuilt), Word: string(notBuilt), More: []string{p.Build}}
	}
	if p.BuildTook > 0 {
		cell.More = append(cell.More, shortly(p.BuildTook))
	}
	return cell
}

// audited is what there is to say of the audit of a platform.
func audited(p Platform) square {
	if p.Audit == nil {
		return square{}
	}
	bad := 0
	for _, f := range p.Audit.Findings {
		if f.Severity == "error" {
			bad++
		}
	}
	if bad > 0 {
		return square{Class: wrong, Mark: markOf(localtest.Failed), Word: counted(bad, "error"), Href: "audit"}
	}
	return square{
		Class: fine, Mark: markOf(localtest.Passed), Word: "ok", More: []string{counted(p.Audit.Layers, "layer")},
	}
}

// whole is the fault of a platform that is not of one of its tests.
const whole = -1

// fault is the name of a fault on the page.
func (c classes) fault(p Platform, test int) string {
	return fmt.Sprintf("f-%s-%s-%d", c.target(p.Target), c.platform(p.Name), test+1)
}
