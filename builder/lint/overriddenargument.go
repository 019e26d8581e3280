package lint

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// overriddenArgument finds an ARG with a value in the place of the one that BuildKit gives.
func overriddenArgument() rule {
	r := Rule{"OverriddenPlatformArgument", Error, "An ARG gives a value to an argument that BuildKit sets itself"}
	return rule{r, func(p *pass) {
		for i := range p.Globals {
			p.overridden(nil, &p.Globals[i])
		}
		for _, s := range p.needed() {
			for _, c := range s.Commands {
				if arg, ok := c.(*instructions.ArgCommand); ok {
					p.overridden(s, arg)
				}
			}
		}
	}}
}

// overridden looks at one ARG, before the first stage or in one.
func (p *pass) overridden(s *dockerfile.Stage, c *instructions.ArgCommand) {
	for _, arg := range c.Args {
		own, known := p.Predefined(p.Platform)[arg.Key]
		_, given := p.BuildArgs[arg.Key]
		if !known || given || arg.Value == nil {
			continue
		}
		value := strings.Trim(*arg.Value, `"'`)
		if value == own {
			continue
		}
		if s == nil {
			s = &dockerfile.Stage{}
		}
		p.atCommand(
			s,
			c,
			arg.Key,
			say(fmt.Sprintf("%s is %q for every platform: the value here overrides that of BuildKit", arg.Key, value),
				"declare it without a value", "ARG "+arg.Key),
		)
	}
}
