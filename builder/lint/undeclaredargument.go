package lint

import (
	"fmt"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// undeclaredArgument finds TARGETARCH and its kin where they are empty.
func undeclaredArgument() rule {
	r := Rule{"UndeclaredPlatformArgument", Error, "TARGETARCH or its kin is used in a stage that does not declare it"}
	return rule{r, func(p *pass) {
		for _, s := range p.needed() {
			p.walk(s, func(c instructions.Command, seen *variables) { p.undeclaredInWords(s, c, seen) })
			p.scripts(s, func(c *instructions.RunCommand, script *script, seen *variables) {
				for _, name := range script.reads {
					if _, own := script.sets[name]; !own {
						p.undeclared(s, c, name, seen)
					}
				}
			})
		}
	}}
}

// undeclared reports a variable that has no value.
func (p *pass) undeclared(s *dockerfile.Stage, c instructions.Command, name string, seen *variables) {
	if _, declared := seen.find(name); declared || !predefined(name) {
		return
	}
	p.atCommand(s, c, name, say(fmt.Sprintf("%s is empty here: %s does not declare it", name, stageWord(s)),
		"declare it in this stage, before it is used", "ARG "+name))
}

// undeclaredInWords looks at the words that BuildKit itself expands.
func (p *pass) undeclaredInWords(s *dockerfile.Stage, c instructions.Command, seen *variables) {
	words, ok := c.(instructions.SupportsSingleWordExpansion)
	if !ok {
		return
	}
	if _, isArg := c.(*instructions.ArgCommand); isArg {
		return // its values are of the stage's own making
	}
	lex, unmatched := shell.NewLex('\\'), []string{}
	_ = words.Expand(func(word string) (string, error) { // which is given back as it is: nothing changes
		if result, err := lex.ProcessWordWithMatches(word, seen); err == nil {
			for name := range result.Unmatched {
				unmatched = append(unmatched, name)
			}
		}
		return word, nil
	})
	slices.Sort(unmatched)
	for _, name := range unmatched {
		p.undeclared(s, c, name, seen)
	}
}
