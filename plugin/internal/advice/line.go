package advice

import (
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// Program is what the Docker CLI calls this program.
const Program = "multiplat"

// Command is a command of this program as it is typed.
func Command(verb string) string { return "docker " + Program + " " + verb }

// Line is a command as it was given, so that the command that is told to be run next says all that this one has
// said.
type Line struct {
	// Verb is the command without flags and arguments: docker multiplat publish.
	Verb  string
	flags []givenFlag
	Args  []string
	// known are the names of all flags that the command has.
	known []string
}

// givenFlag is one flag as a shell takes it.
type givenFlag struct{ name, text string }

// Given reads the flags of a command that were set, and the arguments. The secrets of addresses are left out: whoever
// pastes the command knows them.
func Given(verb string, flags *pflag.FlagSet, args []string) Line {
	line := Line{Verb: Command(verb)}
	for _, arg := range args {
		line.Args = append(line.Args, request.Place(arg))
	}
	flags.VisitAll(func(f *pflag.Flag) { line.known = append(line.known, f.Name) })
	var seen []pflag.Value // a flag may have two names
	flags.Visit(func(f *pflag.Flag) {
		if slices.Contains(seen, f.Value) {
			return
		}
		seen = append(seen, f.Value)
		for _, value := range valuesOf(f) {
			text := flagText(f, shown(value))
			if word := asTyped(f.Name, value); word != "" {
				text = "--" + f.Name + " " + word
			}
			line.flags = append(line.flags, givenFlag{f.Name, text})
		}
	})
	return line
}

// valuesOf are the values of a flag: those of a list in commas are one, those of a flag that is repeated are several.
func valuesOf(f *pflag.Flag) []string {
	list, ok := f.Value.(pflag.SliceValue)
	if !ok {
		return []string{f.Value.String()}
	}
	if f.Value.Type() != "stringSlice" {
		return list.GetSlice()
	}
	return []string{keyvalue.Line(list.GetSlice())}
}

// shown is a value without the secrets of an address that it is, or that it gives a name to.
func shown(value string) string {
	if name, place, ok := strings.Cut(value, "="); ok && !strings.Contains(name, ":") {
		return name + "=" + request.Place(place)
	}
	return request.Place(value)
}

// flagText writes a flag with a value.
func flagText(f *pflag.Flag, value string) string {
	text := "--" + f.Name
	if f.Shorthand != "" {
		text = "-" + f.Shorthand
	}
	switch {
	case f.NoOptDefVal != "" && value == f.NoOptDefVal:
		return text
	case f.NoOptDefVal != "" || strings.HasPrefix(value, "-"):
		return "--" + f.Name + "=" + quote(value)
	}
	return text + " " + quote(value)
}

// quote writes a word so that a shell takes it as it is: whatever stands in a command to paste and is not ours goes
// through it.
func quote(word string) string { return visible.Quote(word) }

// with is the command with more flags, written as a shell takes them.
func (c Line) with(flags ...string) Line {
	more := make([]givenFlag, 0, len(flags)+len(c.flags))
	for _, text := range flags {
		more = append(more, givenFlag{text: text})
	}
	c.flags = append(more, c.flags...)
	return c
}

// With is the command with more flags, written as a shell takes them.
func (c Line) With(flags ...string) Line { return c.with(flags...) }

// without is the command without a flag.
func (c Line) without(flag string) Line {
	c.flags = slices.DeleteFunc(slices.Clone(c.flags), func(f givenFlag) bool { return f.name == flag })
	return c
}

// Only is another command with those of the flags that are named.
func (c Line) Only(verb string, args []string, flags ...string) Line {
	other := Line{Verb: verb, Args: args}
	for _, f := range c.flags {
		if slices.Contains(flags, f.name) {
			other.flags = append(other.flags, f)
		}
	}
	return other
}

// knows tells whether the command has a flag.
func (c Line) knows(flag string) bool { return slices.Contains(c.known, flag) }

// bakes tells that the drafts were named by the targets of a bake file.
func (c Line) bakes() bool { return c.word() == "publish" && c.has("file") }

// several tells that it publishes several drafts, or may.
func (c Line) several() bool { return c.bakes() || c.word() == "publish" && len(c.Args) > 1 }

// baked is the command that makes those drafts, and tests them.
func (c Line) baked() string {
	return c.Only(Command("bake"), c.Args, "file", "set", "var").with("--test-local").String()
}

// quoted are the arguments as a shell takes them.
func (c Line) quoted() []string {
	words := make([]string, 0, len(c.Args))
	for _, arg := range c.Args {
		words = append(words, quote(arg))
	}
	return words
}

// To is the command with other arguments.
func (c Line) To(args ...string) Line {
	c.Args = args
	return c
}

// only is the command for these platforms.
func (c Line) only(platforms []ocispec.Platform) Line {
	return c.without("platform").with("--platform " + listed(platforms))
}

// listed are platforms as flags take them: by what an engine needs, each once.
func listed(platforms []ocispec.Platform) string {
	var plain []ocispec.Platform
	for _, p := range platforms {
		p = ocispec.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
		if !slices.ContainsFunc(plain, func(q ocispec.Platform) bool { return platform.Equal(p, q) }) {
			plain = append(plain, p)
		}
	}
	return quote(platform.List(plain))
}

// has tells whether a flag was given.
func (c Line) has(flag string) bool {
	return slices.ContainsFunc(c.flags, func(f givenFlag) bool { return f.name == flag })
}

// Names are the flags that were given.
func (c Line) Names() []string {
	names := make([]string, 0, len(c.flags))
	for _, f := range c.flags {
		names = append(names, f.name)
	}
	return names
}

// word is the command alone: publish.
func (c Line) word() string { return c.Verb[strings.LastIndex(c.Verb, " ")+1:] }

// String is the command as a shell takes it.
func (c Line) String() string {
	words := []string{c.Verb}
	for _, f := range c.flags {
		words = append(words, f.text)
	}
	return strings.Join(append(words, c.quoted()...), " ")
}
