package lint

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"mvdan.cc/sh/v3/syntax"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// script is a RUN as a shell reads it.
type script struct {
	calls []call
	// reads are the variables that are read, sets those that the script sets itself.
	reads []string
	sets  map[string][]string
	// docs are its here-documents.
	docs []document
	// text is all of it.
	text string
}

// document is what a script gives a command to read.
type document struct {
	text string
	// chosen tells that it is given only where something was asked about the architecture.
	chosen bool
}

// call is one command of a script.
type call struct {
	// words are its words; constants are filled in, what is not known is left out.
	words []string
	// assigns are the variables set for it alone, NAME=VALUE.
	assigns []string
	// chosen tells that it runs only where something was asked about the architecture.
	chosen bool
}

// name is the program, without its folder and without what only runs it.
func (c call) name() string {
	if len(c.words) == 0 {
		return ""
	}
	return path.Base(c.words[0])
}

// args are the words after the program.
func (c call) args() []string {
	if len(c.words) == 0 {
		return nil
	}
	return c.words[1:]
}

// has tells whether one of these is among the arguments.
func (c call) has(words ...string) bool {
	return slices.ContainsFunc(c.args(), func(arg string) bool { return slices.Contains(words, arg) })
}

// verb is the first argument that is no flag.
func (c call) verb() string {
	for _, arg := range c.args() {
		if !strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "+") {
			return arg
		}
	}
	return ""
}

// scripts goes through the RUN instructions of a stage that a shell of Unix reads, or that call a program.
func (p *pass) scripts(s *dockerfile.Stage, look func(*instructions.RunCommand, *script, *variables)) {
	p.runs(s, func(c *instructions.RunCommand, found *script, _ error, seen *variables) {
		if found != nil {
			look(c, found, seen)
		}
	})
}

// runs goes through the RUN instructions of a stage; there is no script where no shell of Unix reads it, and where that
// would not understand it, which is the error.
func (p *pass) runs(s *dockerfile.Stage, look func(*instructions.RunCommand, *script, error, *variables)) {
	shell := true
	p.walk(s, func(c instructions.Command, seen *variables) {
		switch c := c.(type) {
		case *instructions.ShellCommand:
			shell = ofUnix(c.Shell)
		case *instructions.RunCommand:
			if s.Platform.OS == "windows" {
				return
			}
			found, err := read(c, shell, seen)
			look(c, found, err, seen)
		}
	})
}

// ofUnix tells whether a SHELL is one whose language is known here.
func ofUnix(words []string) bool {
	return len(words) > 0 && slices.Contains([]string{"sh", "bash", "ash", "dash", "zsh", "ksh"}, path.Base(words[0]))
}

// read parses a RUN; nil is one that no shell of Unix reads.
func read(c *instructions.RunCommand, shell bool, seen *variables) (*script, error) {
	text := source(c)
	if !c.PrependShell {
		if len(c.CmdLine) < 3 || !ofUnix(c.CmdLine) || !strings.HasSuffix(c.CmdLine[1], "c") {
			return &script{calls: []call{{words: bare(c.CmdLine)}}, text: strings.Join(c.CmdLine, " ")}, nil
		}
		text, shell = c.CmdLine[2], true
	}
	if text == "" || !shell {
		return nil, nil
	}
	return parse(text, seen)
}

// source is what the shell gets: the line, or the script of a here-document in its place.
func source(c *instructions.RunCommand) string {
	if len(c.CmdLine) == 0 {
		return ""
	}
	line := strings.TrimSpace(c.CmdLine[0])
	if len(c.Files) == 1 && strings.HasPrefix(line, "<<") && !strings.ContainsAny(line, " \t") {
		body := c.Files[0].Data
		if first, _, _ := strings.Cut(body, "\n"); strings.HasPrefix(first, "#!") {
			words := strings.Fields(strings.TrimPrefix(first, "#!"))
			if len(words) > 1 && path.Base(words[0]) == "env" {
				words = words[1:]
			}
			if !ofUnix(words) {
				return ""
			}
		}
		return body
	}
	for _, file := range c.Files {
		line += "\n" + file.Data + file.Name
	}
	return line
}

// parse reads a text as shell: as that of Bash, or else as that of another shell which takes what Bash does not.
func parse(text string, seen *variables) (*script, error) {
	file, err := parseAs(syntax.LangBash, text)
	for _, other := range []syntax.LangVariant{syntax.LangPOSIX, syntax.LangMirBSDKorn} {
		if err == nil {
			break
		}
		if again, wrong := parseAs(other, text); wrong == nil {
			file, err = again, nil
		}
	}
	if err != nil {
		return nil, err
	}
	s := &script{sets: map[string][]string{}, text: text}
	reader := &reader{script: s, seen: seen}
	reader.learn(file)
	reader.stmts(file.Stmts, false)
	return s, nil
}

// parseAs reads a text as one shell does.
func parseAs(variant syntax.LangVariant, text string) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(variant)).Parse(strings.NewReader(text), "")
}

// bare takes away what only runs another program: env A=B, sudo, exec, time.
func bare(words []string) []string {
	for len(words) > 1 {
		switch path.Base(words[0]) {
		case "env", "sudo", "exec", "time", "nice", "command", "retry", "eatmydata":
			words = words[1:]
			for len(words) > 1 && (strings.HasPrefix(words[0], "-") || strings.Contains(words[0], "=")) {
				words = words[1:]
			}
		default:
			return words
		}
	}
	return words
}
