package view

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/steps"
	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// emulatedLine says where the time of a build went that emulators took: the platforms that spent most, and the step
// that can be mended, or else the longest. Empty where there is nothing to say.
func emulatedLine(slow []steps.Spent) string {
	if len(slow) == 0 {
		return ""
	}
	slow = slices.Clone(slow)
	order.Stable(slow, func(x, y steps.Spent) int { return cmp.Compare(y.Took(), x.Took()) })
	const most = 2
	var parts []string
	for i, spent := range slow[:min(most, len(slow))] {
		words := "%s spent %s in %s"
		if i > 0 {
			words = "%s %s in %s"
		}
		part := fmt.Sprintf(words, platform.Format(spent.Platform), shortly(spent.Took()),
			Count(len(spent.Steps), "emulated step"))
		if times := spent.Times(); times > 0 {
			part += fmt.Sprintf(" (%.0f × native)", times)
		}
		parts = append(parts, part)
	}
	line := strings.Join(parts, ", ")
	if more := len(slow) - most; more > 0 {
		line += ", and " + Count(more, "more platform")
	}
	step := slow[0].Steps[0]
	for _, spent := range slow {
		if i := slices.IndexFunc(spent.Steps, func(s steps.Step) bool { return s.Rule != "" }); i >= 0 {
			step = spent.Steps[i]
			return fmt.Sprintf("%s; %s: see check rule %s, %s", line, shortened(step.Instruction), step.Rule, step.URL)
		}
	}
	return line + "; the longest is " + shortened(step.Instruction)
}

// shortened is the beginning of an instruction.
func shortened(instruction string) string {
	const most = 40
	runes := []rune(instruction)
	if len(runes) > most {
		runes = append(runes[:most-1:most-1], '…')
	}
	return visible.Line(string(runes))
}

// emulatorsOf is what a platform spent under emulators, for files; nil: nothing worth saying.
func emulatorsOf(slow []steps.Spent, p ocispec.Platform) *report.Emulators {
	i := slices.IndexFunc(slow, func(s steps.Spent) bool { return platform.Equal(s.Platform, p) })
	if i < 0 {
		return nil
	}
	const tenth = 10
	spent := slow[i]
	out := &report.Emulators{Seconds: seconds(spent.Took()), Times: math.Round(spent.Times()*tenth) / tenth}
	for _, s := range spent.Steps {
		out.Steps = append(out.Steps, report.EmulatedStep{
			Instruction: s.Instruction, Seconds: seconds(s.Took), NativeSeconds: seconds(s.Native), Rule: s.Rule, URL: s.URL,
		})
	}
	return out
}

// seconds is a duration as files have it.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
