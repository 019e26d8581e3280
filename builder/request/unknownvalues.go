package request

import (
	"path"
	"slices"
	"strings"
)

// Marks in a word of a Dockerfile: a value that has no slash and leads nowhere else, and one that may be any.
const (
	plainMark   = "\x01"
	unknownMark = "\x02"
)

// platformArguments are the arguments that BuildKit sets by itself, to a plain word.
func platformArguments() []string {
	return []string{
		"TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT",
		"BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT",
	}
}

// unknownValues are the variables of a Dockerfile, whose values depend on the platform, the base image and more.
type unknownValues struct{ args map[string]string }

// Get implements [shell.EnvGetter].
func (v unknownValues) Get(name string) (string, bool) {
	if v.plain(name) {
		return plainMark, true
	}
	return unknownMark, true
}

// plain tells a variable that the user has not set to something else.
func (v unknownValues) plain(name string) bool {
	_, given := v.args[name]
	return !given && slices.Contains(platformArguments(), name)
}

// Keys implements [shell.EnvGetter].
func (v unknownValues) Keys() []string { return nil }

// expand replaces the variables in a word, and takes away its quotes.
func (t *taking) expand(word string) (string, error) {
	if t.values != nil {
		expanded, err := t.lex.ProcessWordWithMatches(word, t.values)
		return expanded.Result, err
	}
	expanded, err := t.lex.ProcessWordWithMatches(word, t.env)
	if err != nil {
		return "", err
	}
	for name := range expanded.Matched {
		if !t.env.plain(name) {
			return unknownMark, nil
		}
	}
	return expanded.Result, nil
}

// known is as much of a source as is known: the folder above a value that depends on the platform, and all for another.
func known(source string) string {
	if strings.Contains(source, unknownMark) {
		return "/"
	}
	if before, _, unknown := strings.Cut(source, plainMark); unknown {
		return path.Dir(before + "x")
	}
	return source
}
