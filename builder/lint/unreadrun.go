package lint

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// unreadRun tells of what no rule has looked at.
func unreadRun() rule {
	r := Rule{"UnreadRun", Note, "A RUN is not understood as shell, so that no rule has looked at its commands"}
	return rule{r, func(p *pass) {
		for _, s := range p.needed() {
			p.runs(s, func(c *instructions.RunCommand, _ *script, err error, _ *variables) {
				if err != nil {
					first, _, _ := strings.Cut(err.Error(), "\n")
					p.atCommand(s, c, "", say("no rule has looked at its commands, which are not understood as shell: "+
						visible.Line(first), "mend it, or say by SHELL what reads it"))
				}
			})
		}
	}}
}
