package lint

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// spelledInSources looks for package sources of apt in a text that ask for one architecture.
func (p *pass) spelledInSources(s *dockerfile.Stage, c instructions.Command, text string) {
	expected := p.expected(s)
	for _, asked := range sourcesOf(text) {
		if expected == "" || several(asked) {
			continue
		}
		for _, found := range architectures(asked) {
			if found.arch != expected {
				p.atCommand(s, c, asked, say("apt gets packages of "+found.arch+" alone from a source with "+shown(asked),
					"leave that out, for apt knows what it is for, or ask dpkg", "deb [arch=$(dpkg --print-architecture) …] …"))
			}
		}
	}
}

// sourcesOf are the architectures that package sources in a text are pinned to, as they stand there: in a line
// `deb [arch=amd64] …`, or in a field `Architectures: amd64`.
func sourcesOf(text string) []string {
	var out []string
	for line := range strings.Lines(strings.ReplaceAll(text, `\n`, "\n")) { // printf and echo -e write lines so
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "Architectures") {
			out = append(out, "Architectures:"+value)
		}
		for _, kind := range []string{"deb [", "deb-src ["} {
			_, options, _ := strings.Cut(line, kind)
			options, _, closed := strings.Cut(options, "]")
			for _, option := range strings.Fields(options) {
				if closed && strings.HasPrefix(option, "arch=") {
					out = append(out, option)
				}
			}
		}
	}
	return out
}

// unflagged are the words that are no flags.
func unflagged(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return strings.HasPrefix(word, "-") })
}

// filesOf are the files that an instruction has in itself.
func filesOf(c instructions.Command) []string {
	var sources []instructions.SourceContent
	switch c := c.(type) {
	case *instructions.CopyCommand:
		sources = c.SourceContents
	case *instructions.AddCommand:
		sources = c.SourceContents
	}
	out := make([]string, 0, len(sources))
	for _, source := range sources {
		out = append(out, source.Data)
	}
	return out
}
