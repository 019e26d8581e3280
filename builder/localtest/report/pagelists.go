package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// fault is something that did not pass.
type fault struct {
	ID, Class, Mark              string
	Where, Test, Verdict, Reason string
	Output                       string
}

// faults are all that did not pass, those first that weigh more.
func (c classes) faults(run Run) (list []fault) {
	for _, p := range run.Platforms {
		told := false
		for i, test := range p.Cases {
			if test.Verdict == localtest.Passed {
				continue
			}
			told = told || test.Verdict == p.Verdict
			list = append(list, fault{
				ID: c.fault(p, i), Class: classOf(test.Verdict) + " " + c.of(p), Mark: markOf(test.Verdict), Where: p.Title(),
				Test: test.Name, Verdict: string(test.Verdict), Reason: test.Reason, Output: test.Output,
			})
		}
		if !told && !p.Verdict.Good() {
			list = append(list, fault{
				ID: c.fault(p, whole), Class: classOf(p.Verdict) + " " + c.of(p), Mark: markOf(p.Verdict), Where: p.Title(),
				Verdict: string(p.Verdict), Reason: p.Reason, Output: p.Output,
			})
		}
	}
	slices.SortStableFunc(list, func(x, y fault) int {
		return rankOf(localtest.Verdict(x.Verdict)) - rankOf(localtest.Verdict(y.Verdict))
	})
	return list
}

// notes are what is worth knowing beside the tests.
func (c classes) notes(run Run) (list []said) {
	for _, p := range run.Platforms {
		for _, note := range p.Notes {
			list = append(list, said{c.of(p), p.Title(), note})
		}
	}
	return list
}

// reused are what had not to be done again.
func (c classes) reused(run Run) (list []said) {
	for _, p := range run.Platforms {
		if words := p.reused().words(); len(words) > 0 {
			list = append(list, said{c.of(p), p.Title(), strings.Join(words, "; ")})
		}
	}
	return list
}

// slow is an emulated step of a build.
type slow struct {
	Class, Where                             string
	Instruction, Took, Natively, Times, Rule string
	URL                                      string
}

// slow are the emulated steps that took long.
func (c classes) slow(run Run) (list []slow) {
	for _, p := range run.Platforms {
		if p.Emulators == nil {
			continue
		}
		for _, s := range p.Emulators.Steps {
			line := slow{
				Class: c.of(p), Where: p.Title(), Instruction: s.Instruction, Took: fmt.Sprintf("%.1fs", s.Seconds),
				Natively: "–", Times: "–", Rule: s.Rule, URL: s.URL,
			}
			if s.NativeSeconds > 0 {
				line.Natively = fmt.Sprintf("%.1fs", s.NativeSeconds)
				line.Times = fmt.Sprintf("%.0f ×", s.Seconds/s.NativeSeconds)
			}
			list = append(list, line)
		}
	}
	return list
}

// found is what the audit found of a platform.
type found struct {
	Finding
	Class, Where string
}

// audit are all findings, and of how many platforms.
func (c classes) audit(run Run) (audited string, list []found) {
	n := 0
	for _, p := range run.Platforms {
		if p.Audit == nil {
			continue
		}
		n++
		for _, f := range p.Audit.Findings {
			const short = len("sha256:") + 12
			f.Layer = f.Layer[:min(short, len(f.Layer))]
			list = append(list, found{Finding: f, Class: c.of(p), Where: p.Title()})
		}
	}
	if n == 0 {
		return "", nil
	}
	return counted(n, "image"), list
}

// copied is a digest to be copied.
type copied struct{ Class, ID, Of, Text, State string }

// digests are those of what there is in the end.
func (c classes) digests(run Run) (list []copied) {
	for _, image := range run.Images {
		if image.Digest == "" {
			continue
		}
		state := "local draft"
		if image.Published {
			state = "published"
		}
		list = append(list, copied{Class: c.target(image.Target), Of: image.Name, Text: image.Digest, State: state})
	}
	for _, p := range run.Platforms {
		for _, d := range p.Digests {
			list = append(list, copied{Class: c.of(p), Of: p.Title() + " " + d.Of, Text: d.Digest})
		}
	}
	for i := range list {
		list[i].ID = fmt.Sprintf("d%d", i)
	}
	return list
}
