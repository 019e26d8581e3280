package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// File is a Dockerfile that was parsed.
type File struct {
	// Name is what messages call it.
	Name string
	// Text is what was parsed.
	Text []byte
	// Globals are the ARG instructions before the first stage.
	Globals []instructions.ArgCommand

	lines  [][]byte
	stages []instructions.Stage
	lex    *shell.Lex
}

// ErrSyntax is the class of a Dockerfile that BuildKit's parser does not understand, or that is for another frontend.
var ErrSyntax = fmt.Errorf("not read as a Dockerfile: %w", errdefs.ErrInput)

// Parse reads a Dockerfile. Its errors are of class [ErrSyntax].
func Parse(name string, text []byte) (*File, error) {
	if frontend, _, _, other := parser.DetectSyntax(text); other && !ofDocker(frontend) {
		return nil, errdefs.Classify(
			fmt.Errorf("reading %q: its syntax is %q, which only its own frontend can read", name, frontend), ErrSyntax)
	}
	// BuildKit's lexer writes to standard error of what is no text
	text = bytes.ReplaceAll(bytes.ToValidUTF8(text, []byte("\uFFFD")), []byte{0}, []byte("\uFFFD"))
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading %q: %w", name, err), ErrSyntax)
	}
	stages, globals, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{}))
	if err == nil && len(stages) == 0 {
		err = errors.New("there is no FROM in it")
	}
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading %q: %w", name, err), ErrSyntax)
	}
	lex := shell.NewLex(parsed.EscapeToken)
	lines := bytes.Split(text, []byte("\n"))
	return &File{Name: name, Text: text, Globals: globals, lines: lines, stages: stages, lex: lex}, nil
}

// ofDocker tells the frontend of Docker, wherever a copy of it is.
func ofDocker(frontend string) bool {
	name, _, _ := strings.Cut(frontend, "@")
	name = strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "docker/")
	return strings.HasPrefix(name, "dockerfile") || strings.Contains(name, "/dockerfile")
}

// Line is the text of a line, counted from 1.
func (f *File) Line(number int) string {
	if number < 1 || number > len(f.lines) {
		return ""
	}
	return string(f.lines[number-1])
}

// Find is the first line between two in which a text stands, or else the first of them.
func (f *File) Find(start, end int, text string) int {
	for line := start; line <= end; line++ {
		if text != "" && strings.Contains(f.Line(line), text) {
			return line
		}
	}
	return start
}
