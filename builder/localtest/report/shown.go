package report

import (
	"slices"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// shown is the run in characters that can be seen: its words come from images, indexes and files of tests. A name is a
// part of a line.
func (r Run) shown() Run {
	out := r
	out.Name, out.Failure = visible.Whole(r.Name), visible.Block(r.Failure)
	out.Images, out.Platforms = slices.Clone(r.Images), nil
	for i, image := range out.Images {
		out.Images[i].Target, out.Images[i].Name = visible.Whole(image.Target), visible.Whole(image.Name)
		out.Images[i].Digest = visible.Whole(image.Digest)
	}
	for _, p := range r.Platforms {
		out.Platforms = append(out.Platforms, p.shown())
	}
	return out
}

// shown is the same in characters that can be seen.
func (p Platform) shown() Platform {
	p.Target, p.Name, p.Loaded = visible.Whole(p.Target), visible.Whole(p.Name), visible.Whole(p.Loaded)
	p.Engine = visible.Whole(p.Engine)
	p.Build, p.Reason, p.Output = visible.Whole(p.Build), visible.Block(p.Reason), visible.Block(p.Output)
	p.Emulators, p.Audit = p.Emulators.shown(), p.Audit.shown()
	p.Cases, p.Notes = slices.Clone(p.Cases), slices.Clone(p.Notes)
	p.Digests, p.Steps = slices.Clone(p.Digests), slices.Clone(p.Steps)
	for i, note := range p.Notes {
		p.Notes[i] = visible.Whole(note)
	}
	for i, c := range p.Cases {
		c.Name, c.Reason = visible.Whole(c.Name), visible.Block(c.Reason)
		c.Output, c.Stdout, c.Stderr = visible.Block(c.Output), visible.Block(c.Stdout), visible.Block(c.Stderr)
		p.Cases[i] = c
	}
	for i, d := range p.Digests {
		p.Digests[i].Digest = visible.Whole(d.Digest)
	}
	for i, s := range p.Steps {
		p.Steps[i].Name, p.Steps[i].Phase = visible.Line(s.Name), visible.Line(s.Phase)
	}
	return p
}

// shown is the same in characters that can be seen.
func (e *Emulators) shown() *Emulators {
	if e == nil {
		return nil
	}
	out := *e
	out.Steps = slices.Clone(e.Steps)
	for i, step := range out.Steps {
		out.Steps[i].Instruction = visible.Line(step.Instruction)
		out.Steps[i].Rule, out.Steps[i].URL = visible.Line(step.Rule), visible.Line(step.URL)
	}
	return &out
}

// shown is the same in characters that can be seen.
func (a *Audit) shown() *Audit {
	if a == nil {
		return nil
	}
	out := *a
	out.Findings = slices.Clone(a.Findings)
	for i, f := range out.Findings {
		f.Path, f.What, f.Why = visible.Whole(f.Path), visible.Whole(f.What), visible.Whole(f.Why)
		f.Layer, f.History = visible.Whole(f.Layer), visible.Whole(f.History)
		out.Findings[i] = f
	}
	return &out
}
