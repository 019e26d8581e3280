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
	// text is all of it.
	text string
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
	shell := true
	p.walk(s, func(c instructions.Command, seen *variables) {
		switch c := c.(type) {
		case *instructions.ShellCommand:
			shell = ofUnix(c.Shell)
		case *instructions.RunCommand:
			if s.Platform.OS == "windows" {
				return
			}
			if found := read(c, shell, seen); found != nil {
				look(c, found, seen)
			}
		}
	})
}

// ofUnix tells whether a SHELL is one whose language is known here.
func ofUnix(words []string) bool {
	return len(words) > 0 && slices.Contains([]string{"sh", "bash", "ash", "dash", "zsh", "ksh"}, path.Base(words[0]))
}

// read parses a RUN; nil is one that is not understood.
func read(c *instructions.RunCommand, shell bool, seen *variables) *script {
	text := source(c)
	if !c.PrependShell {
		if len(c.CmdLine) < 3 || !ofUnix(c.CmdLine) || !strings.HasSuffix(c.CmdLine[1], "c") {
			return &script{calls: []call{{words: bare(c.CmdLine)}}, text: strings.Join(c.CmdLine, " ")}
		}
		text, shell = c.CmdLine[2], true
	}
	if text == "" || !shell {
		return nil
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

// parse reads a text as shell.
func parse(text string, seen *variables) *script {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil
	}
	s := &script{sets: map[string][]string{}, text: text}
	reader := &reader{script: s, seen: seen}
	reader.learn(file)
	reader.stmts(file.Stmts, false)
	return s
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
