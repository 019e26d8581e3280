package lint

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// buildMachineArchitecture finds questions for the architecture that the wrong machine answers.
func buildMachineArchitecture() rule {
	r := Rule{
		"BuildMachineArchitecture",
		Warning,
		"uname or dpkg is asked for the architecture in a stage of the build platform",
	}
	return rule{r, func(p *pass) {
		for _, s := range p.needed() {
			if !p.ofBuildMachine(s) {
				continue
			}
			p.scripts(s, func(c *instructions.RunCommand, script *script, _ *variables) {
				for _, call := range script.calls {
					if tellsArchitecture(call) {
						p.atCommand(s, c, strings.Join(call.words, " "), say(fmt.Sprintf(
							"%s tells the architecture of the machine that builds: %s runs on --platform=%s",
							strings.Join(call.words, " "), stageWord(s), s.Root().Stage.Platform),
							"use TARGETARCH, which is amd64, arm64, arm …", "ARG TARGETARCH"))
					}
				}
			})
		}
	}}
}

// ofBuildMachine tells a stage that runs on the machine that builds, makes the same for every platform, and gives of it
// to a stage of the platform that is built for. One that knows of the target has its own reasons.
func (p *pass) ofBuildMachine(s *dockerfile.Stage) bool {
	return p.differs(s) && !s.Root().Constant && !p.knowsTarget(s) && p.givesToTarget(s)
}

// knowsTarget tells whether a stage, or one it is built on, names TARGETARCH or its kin, or uses the helpers of
// tonistiigi/xx.
func (p *pass) knowsTarget(s *dockerfile.Stage) bool {
	for ; s != nil; s = s.FromStage {
		for _, c := range s.Commands {
			text := fmt.Sprint(c)
			if run, ok := c.(*instructions.RunCommand); ok {
				text += source(run)
			}
			for line := dockerfile.Start(c.Location()); line <= dockerfile.End(c.Location()); line++ {
				text += p.Line(line)
			}
			if strings.Contains(text, "TARGET") || strings.Contains(text, "xx-") {
				return true
			}
		}
	}
	return false
}

// givesToTarget tells whether a stage of the platform that is built for takes something from this one.
func (p *pass) givesToTarget(s *dockerfile.Stage) bool {
	for _, other := range p.needed() {
		if other == s || p.differs(other) {
			continue
		}
		for _, used := range other.Uses {
			if used == s || used.FromStage == s {
				return true
			}
		}
	}
	return false
}
