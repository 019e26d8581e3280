package board

import (
	"regexp"
	"strings"
)

// label is the name of a step in its parts: `[linux/arm64 builder 2/5] RUN make`.
type label struct {
	// row is what the step belongs to, empty for no row.
	row string
	// tag is what else stands in the brackets: the stage of the Dockerfile and the number.
	tag  string
	text string
}

// String is a label without its row.
func (l label) String() string {
	if l.tag == "" || l.tag == internalTag {
		return l.text
	}
	return "[" + l.tag + "] " + l.text
}

// internalTag marks what the frontend does before the first instruction.
const internalTag = "internal"

// numbered tells that a step is an instruction of the Dockerfile, or a test, of so many.
func (l label) numbered() bool { return regexp.MustCompile(`(^|\s)\d+/\d+$`).MatchString(l.tag) }

// parse takes a name apart. known are the names of the rows; a platform is one that is not known yet.
func parse(name string, known []string) label {
	inner, begins := strings.CutPrefix(name, "[")
	end := strings.IndexByte(inner, ']')
	if !begins || end < 0 {
		return label{text: name}
	}
	l := label{tag: inner[:end], text: strings.TrimSpace(inner[end+1:])}
	for _, row := range known {
		rest, is := strings.CutPrefix(l.tag, row)
		if is && (rest == "" || rest[0] == ' ') && len(row) > len(l.row) {
			l.row = row
		}
	}
	if first, _, _ := strings.Cut(l.tag, " "); l.row == "" && platform(first) {
		l.row = first
	}
	l.tag = strings.TrimSpace(strings.TrimPrefix(l.tag, l.row))
	if short := frontend(l.text); l.tag == "" && short != "" {
		l.tag, l.text = internalTag, short
	}
	return l
}

// frontend is what a step is called, in short, that fetches the image which reads the Dockerfile (# syntax=...); empty:
// it is another.
func frontend(text string) string {
	const scheme = "docker-image://"
	rest, resolves := strings.CutPrefix(text, "resolve image config for ")
	image, is := strings.CutPrefix(rest, scheme)
	image, _, _ = strings.Cut(image, "@")
	switch {
	case !is:
		return ""
	case resolves:
		return "resolve " + image
	}
	return "fetch " + image
}

// platform tells whether a word is one, and not the number of a step.
func platform(word string) bool {
	return regexp.MustCompile(`^[a-z][a-z0-9]*(\([^)]*\))?/[a-z0-9_]+(/[a-z0-9]+)?$`).MatchString(word)
}
