package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// spelledArchitecture finds one architecture written out where there are several platforms.
func spelledArchitecture() rule {
	r := Rule{
		"SpelledArchitecture",
		Error,
		"One architecture is written out in a download, a path, a package or a compiler's target",
	}
	return rule{r, func(p *pass) {
		for _, s := range p.needed() {
			p.spelledInBase(s)
			known := p.twins(s)
			p.walk(s, func(c instructions.Command, seen *variables) {
				for _, text := range wordsOf(c, seen) {
					p.spelled(s, c, text, p.expected(s), known)
				}
				for _, text := range filesOf(c) {
					p.spelledInSources(s, c, expandConstants(text, seen.constant))
				}
			})
			p.scripts(s, func(c *instructions.RunCommand, script *script, _ *variables) {
				p.spelledInScript(s, c, script, known)
			})
		}
	}}
}

// expected is the architecture that what a stage fetches is to be for; empty is one that is not known: a stage on the
// build platform may need tools for itself.
func (p *pass) expected(s *dockerfile.Stage) string {
	switch {
	case !p.differs(s):
		return p.Platform.Architecture
	case s.Root().Constant:
		return s.Platform.Architecture
	case p.ofBuildMachine(s):
		return p.Platform.Architecture
	}
	return ""
}

// twins are the words of a stage that stand in it for one architecture and for another, with that taken out: who wrote
// them knows of it.
func (p *pass) twins(s *dockerfile.Stage) map[string]bool {
	first, out := map[string]string{}, map[string]bool{}
	note := func(words []string) {
		for _, word := range words {
			for _, found := range architectures(word) {
				shape := shapeOf(word, found)
				if other, ok := first[shape]; ok && other != found.arch {
					out[shape] = true
				}
				first[shape] = found.arch
			}
		}
	}
	p.walk(s, func(c instructions.Command, seen *variables) { note(wordsOf(c, seen)) })
	p.scripts(s, func(_ *instructions.RunCommand, script *script, _ *variables) {
		for _, call := range script.calls {
			note(fetched(call))
		}
	})
	return out
}

// shapeOf is a word without the architecture that is spelled out in it.
func shapeOf(word string, found spelled) string {
	return strings.ReplaceAll(word, found.word, string(unknown))
}

// spelled reports an architecture in a text that is not the one expected, but for words that have twins.
func (p *pass) spelled(s *dockerfile.Stage, c instructions.Command, text, expected string, twins map[string]bool) {
	if expected == "" || several(text) {
		return
	}
	for _, found := range architectures(text) {
		if found.arch != expected && !twins[shapeOf(text, found)] {
			p.atCommand(s, c, found.word, say(fmt.Sprintf("%q is for %s alone", shown(text), found.arch),
				"say it by TARGETARCH, or choose with a case over it", "ARG TARGETARCH"))
		}
	}
}

// shown is a text as it can be shown.
func shown(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(text), string(unknown), "…")
}

// spelledInBase looks at the name of the base, where that is the same for every platform.
func (p *pass) spelledInBase(s *dockerfile.Stage) {
	if s.FromImage == "" || s.Stage.Platform != "" {
		return
	}
	for _, other := range p.Views {
		if other.Stages[s.Index].FromImage != s.FromImage {
			return
		}
	}
	name, _, _ := strings.Cut(s.FromImage, "@")
	for _, found := range architectures(name) {
		if found.arch != p.Platform.Architecture && !several(name) {
			p.atStage(s, say(fmt.Sprintf("the base %q is for %s alone", s.BaseName, found.arch),
				"use the name that serves every platform"))
		}
	}
}

// wordsOf are the paths and addresses in an instruction that is no RUN.
func wordsOf(c instructions.Command, seen *variables) []string {
	var words []string
	switch c := c.(type) {
	case *instructions.AddCommand:
		words = c.SourcePaths
	case *instructions.CopyCommand:
		words = c.SourcePaths
	case *instructions.EnvCommand:
		for _, pair := range c.Env {
			if pair.Key == "GOARCH" || isPath(pair.Value) {
				words = append(words, pair.Value)
			}
		}
	case *instructions.CmdCommand:
		words = paths(c.CmdLine)
	case *instructions.EntrypointCommand:
		words = paths(c.CmdLine)
	}
	out := make([]string, 0, len(words))
	for _, word := range words {
		out = append(out, expandConstants(word, seen.constant))
	}
	return out
}

// paths are the words that are paths or addresses.
func paths(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return !isPath(word) })
}

// isPath tells a path or an address.
func isPath(word string) bool { return strings.Contains(word, "/") && !strings.Contains(word, " ") }

// spelledInScript looks at the commands of a RUN.
func (p *pass) spelledInScript(
	s *dockerfile.Stage, c *instructions.RunCommand, script *script, twins map[string]bool,
) {
	if several(script.text) || strings.Contains(script.text, "--add-architecture") {
		return
	}
	for _, call := range script.calls {
		if call.chosen {
			continue
		}
		for _, word := range targets(call) { // what is compiled is for the platform, wherever the compiler runs
			p.spelled(s, c, word, p.Platform.Architecture, nil)
		}
		for _, word := range fetched(call) {
			p.spelled(s, c, word, p.expected(s), twins)
		}
		p.spelledInSources(s, c, strings.Join(unflagged(call.args()), " "))
	}
	for _, doc := range script.docs {
		if !doc.chosen {
			p.spelledInSources(s, c, doc.text)
		}
	}
}

// targets are the words that tell a compiler what to compile for.
func targets(c call) []string {
	var out []string
	for _, set := range c.assigns {
		if name, value, _ := strings.Cut(set, "="); name == "GOARCH" {
			out = append(out, value)
		}
	}
	args := c.args()
	for i, arg := range args {
		flag, value, joined := strings.Cut(arg, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		switch {
		case c.name() == "export" && flag == "GOARCH":
			out = append(out, value)
		case c.name() == "cargo" && flag == "--target":
			out = append(out, value)
		case c.name() == "dotnet" && slices.Contains([]string{"-r", "--runtime"}, flag):
			out = append(out, value)
		}
	}
	return out
}

// fetched are the words by which a command names what is of one architecture: addresses, paths, packages.
func fetched(c call) []string {
	var out []string
	if installs(c) {
		return slices.DeleteFunc(slices.Clone(c.args()), func(arg string) bool {
			return strings.HasPrefix(arg, "-") || crossTool(arg)
		})
	}
	for _, arg := range append(slices.Clone(c.words), c.assigns...) {
		if _, value, ok := strings.Cut(arg, "="); ok && !strings.Contains(arg, "://") {
			arg = value
		}
		if isPath(arg) || c.name() == "gh" || c.name() == "dpkg" || c.name() == "tar" || c.name() == "unzip" {
			out = append(out, arg)
		}
	}
	return out
}

// installs tells the package managers.
func installs(c call) bool {
	switch c.name() {
	case "apt-get", "apt", "dnf", "yum", "microdnf", "zypper", "tdnf", "aptitude":
		return c.has("install")
	case "apk":
		return c.has("add")
	}
	return false
}

// crossTool tells packages that are for compiling for another architecture, or for running it.
func crossTool(name string) bool {
	for _, start := range []string{
		"gcc-", "g++-", "gfortran-", "binutils-", "crossbuild-essential-", "cpp-", "pkg-config-", "clang-", "qemu",
	} {
		if strings.HasPrefix(name, start) {
			return true
		}
	}
	return strings.HasSuffix(name, "-cross")
}
