package report

import (
	"fmt"
	"strings"
	"time"
)

// lane is what one platform was at.
type lane struct {
	ID, Class, Where, How, Summary string
	Height                         int
	Bars                           []bar
	Steps                          []stepLine
}

// bar is a step in a lane, in parts of a hundred of its width.
type bar struct {
	Class, Fill, Title, Name string
	X, Width                 string
	Y                        int
	Hatched                  bool
}

// stepLine is a step in words.
type stepLine struct{ Phase, Name, Began, Took, How string }

// tick is a mark on the axis.
type tick struct{ X, Text, Anchor string }

// fills are the colours of phases where there is no style.
func fills() map[string]string {
	return map[string]string{
		Build: "#3273c5", Export: "#8c63c9", Load: "#1f8a8a", Look: "#a8730d", Test: "#3c8a34", Upload: "#c2527c",
	}
}

// scale is how long all of it took; 0: there are no steps.
func scale(run Run) (all time.Duration) {
	for _, p := range run.Platforms {
		for _, s := range p.Steps {
			all = max(all, s.Began+s.Took)
		}
	}
	return all
}

// part is a time as a part of all, in a hundred.
func part(d, all time.Duration) string {
	const hundred = 100
	return fmt.Sprintf("%.2f", float64(d)/float64(all)*hundred)
}

// lanes are the timelines of all platforms on one scale.
func (c classes) lanes(run Run) (list []lane, ticks []tick) {
	all := scale(run)
	if all == 0 {
		return nil, nil
	}
	for i, p := range run.Platforms {
		if len(p.Steps) == 0 {
			continue
		}
		list = append(list, laneOf(p, all))
		last := &list[len(list)-1]
		last.ID, last.Class = fmt.Sprintf("l%d", i), c.of(p)
	}
	return list, ticksOf(all)
}

// laneOf is the timeline of a platform. Steps that run at the same time stand below each other.
func laneOf(p Platform, all time.Duration) lane {
	const pitch, most, hair = 16, 6, 250 // a hair is the least that can be seen
	l := lane{Where: p.Title(), How: p.Build, Summary: summaryOf(p)}
	var busy []time.Duration
	for _, s := range p.Steps {
		l.Steps = append(l.Steps, stepLine{
			Phase: s.Phase, Name: s.Name, Began: clockOf(s.Began), Took: shortly(s.Took), How: howOf(s),
		})
		if s.Cached {
			continue
		}
		width := max(s.Took, all/hair)
		level := 0
		for level < len(busy) && level < most-1 && busy[level] > s.Began {
			level++
		}
		if level == len(busy) {
			busy = append(busy, 0)
		}
		busy[level] = max(busy[level], s.Began+width)
		b := bar{
			Class: s.Phase, Fill: fills()[s.Phase], X: part(s.Began, all), Width: part(width, all), Y: level * pitch,
			Title:   strings.TrimSpace(fmt.Sprintf("%s: %s, %s %s", s.Phase, s.Name, shortly(s.Took), howOf(s))),
			Hatched: s.Emulated,
		}
		if s.Failed {
			b.Class += " broken"
		}
		l.Bars = append(l.Bars, b)
	}
	l.Height = max(len(busy), 1) * pitch
	return l
}

// howOf says what there is to say of a step.
func howOf(s Step) string {
	var words []string
	for _, word := range []struct {
		text string
		is   bool
	}{{"emulated", s.Emulated}, {"cached", s.Cached}, {"failed", s.Failed}} {
		if word.is {
			words = append(words, word.text)
		}
	}
	return strings.Join(words, ", ")
}

// summaryOf says the timeline of a platform in words.
func summaryOf(p Platform) string {
	var words []string
	for _, phase := range phases() {
		if began, ended, is := p.during(phase); is {
			words = append(words, fmt.Sprintf("%s from %s for %s", phase, clockOf(began), shortly(ended-began)))
		}
	}
	return strings.Join(words, ", ")
}

// ticksOf are the marks of an axis: a few round numbers of seconds.
func ticksOf(all time.Duration) (list []tick) {
	const few = 6
	step := time.Second / 10
	for i := 0; all/step > few; i++ {
		step = step * time.Duration([]int{2, 5, 4}[i%3]) / time.Duration([]int{1, 2, 2}[i%3]) // 1, 2, 5, 10
	}
	for at := time.Duration(0); at <= all; at += step {
		anchor := "middle"
		const tenth = 10
		switch {
		case at == 0:
			anchor = "start"
		case all-at < all/tenth:
			anchor = "end"
		}
		list = append(list, tick{X: part(at, all), Text: clockOf(at), Anchor: anchor})
	}
	return list
}

// legendOf are the phases that are there.
func legendOf(run Run) (list []bar) {
	hatched := false
	for _, phase := range phases() {
		is := false
		for _, p := range run.Platforms {
			for _, s := range p.Steps {
				is = is || s.Phase == phase
				hatched = hatched || s.Emulated
			}
		}
		if is {
			list = append(list, bar{Class: phase, Fill: fills()[phase], Name: phase})
		}
	}
	if hatched {
		list = append(list, bar{Class: Build, Fill: fills()[Build], Name: "under an emulator", Hatched: true})
	}
	return list
}
