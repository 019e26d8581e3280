package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// Verdicts of platforms that did not come to their tests, in the words of drafts.
const (
	notBuilt = localtest.Verdict("not built")
	broken   = localtest.Verdict("error")
	untested = localtest.Verdict("untested")
)

// worstFirst are the verdicts of platforms, those first that weigh more.
func worstFirst() []localtest.Verdict {
	return []localtest.Verdict{
		notBuilt, broken, localtest.Failed, localtest.Inconclusive, localtest.NotRun, localtest.Skipped, untested,
		localtest.NothingToRun, localtest.Passed,
	}
}

// Verdict is that of the platform that weighs most; of what did not come to its end it is an error.
func (r Run) Verdict() localtest.Verdict {
	worst := localtest.Passed
	if len(r.Platforms) == 0 {
		worst = untested
	}
	for _, p := range r.Platforms {
		if rankOf(p.Verdict) < rankOf(worst) {
			worst = p.Verdict // also one that is not known here
		}
	}
	if worst.Good() && r.Failure != "" {
		return broken
	}
	return worst
}

// Good tells that nothing stands against publishing.
func (r Run) Good() bool { return r.Verdict().Good() }

// bad are the platforms that something stands against.
func (r Run) bad() (list []Platform) {
	for _, p := range r.Platforms {
		if !p.Verdict.Good() {
			list = append(list, p)
		}
	}
	return list
}

// Headline says in a line what came of all.
func (r Run) Headline() string {
	bad, all := r.bad(), len(r.Platforms)
	switch {
	case len(bad) == 0 && r.Failure != "":
		return "not completed: " + firstLine(r.Failure)
	case len(bad) == 0 && r.published():
		return fmt.Sprintf("passed on %s, and published", counted(all, "platform"))
	case len(bad) == 0:
		return fmt.Sprintf("%s on %s", r.Verdict(), counted(all, "platform"))
	}
	slices.SortStableFunc(bad, func(x, y Platform) int { return rankOf(x.Verdict) - rankOf(y.Verdict) })
	const few = 4
	names := make([]string, 0, few)
	for _, p := range bad[:min(few, len(bad))] {
		names = append(names, p.Title()+" "+string(p.Verdict))
	}
	if more := len(bad) - few; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("%d of %s did not pass: %s", len(bad), counted(all, "platform"), strings.Join(names, ", "))
}

// rankOf is how much a verdict weighs; less is more.
func rankOf(v localtest.Verdict) int { return slices.Index(worstFirst(), v) }

// published tells that all images are in their registries.
func (r Run) published() bool {
	return len(r.Images) > 0 && !slices.ContainsFunc(r.Images, func(i Image) bool { return !i.Published })
}

// counted is a number of things.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// firstLine is the first line of a text.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// Reuse is what of a platform had not to be done again.
type Reuse struct {
	// Tests tells that it passed its tests before.
	Tests bool `json:"tests" doc:"It passed its tests before: same image, tests, engine and emulator."`
	// Steps are steps of the build, Layers what the audit knew.
	Steps    int `json:"steps"    doc:"How many steps of the build were cached."`
	OfSteps  int `json:"ofSteps"  doc:"How many steps the build had."`
	Layers   int `json:"layers"   doc:"How many layers the audit knew."`
	OfLayers int `json:"ofLayers" doc:"How many layers the image has."`
}

// reused counts what had not to be done again.
func (p Platform) reused() Reuse {
	r := Reuse{Tests: p.Cached}
	for _, s := range p.Steps {
		if s.Phase != Build {
			continue
		}
		r.OfSteps++
		if s.Cached {
			r.Steps++
		}
	}
	if p.Audit != nil {
		r.OfLayers, r.Layers = p.Audit.Layers, p.Audit.Layers-p.Audit.Read
	}
	return r
}

// words say what was reused, one for each kind; none: nothing was.
func (r Reuse) words() (list []string) {
	if r.Steps > 0 {
		list = append(list, fmt.Sprintf("%d of %s of the build", r.Steps, counted(r.OfSteps, "step")))
	}
	if r.Layers > 0 {
		list = append(list, fmt.Sprintf("%d of %s known to the audit", r.Layers, counted(r.OfLayers, "layer")))
	}
	if r.Tests {
		list = append(list, "the verdict of its tests")
	}
	return list
}

// String is a finding in a line.
func (f Finding) String() string {
	text := f.What
	if f.Path != "" {
		text = f.Path + ": " + text
	}
	if f.Why != "" {
		text += "; " + f.Why
	}
	if f.History != "" {
		text += "; " + f.History
	}
	return text
}
