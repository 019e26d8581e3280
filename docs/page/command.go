package page

import (
	"regexp"
	"strings"
)

// prompt is what a command is typed behind.
const prompt = "$ "

// Command is a command that a block of console shows, with what it prints.
type Command struct {
	Line  int // of the page
	Typed string
	Shown []string
}

// heredoc finds the word that ends a text which is typed behind a command.
const heredoc = `<<-?\s*['"]?(\w+)['"]?`

// Commands are the commands of a block of console, in their order: what is typed begins with a prompt, and goes on
// behind a backslash and to the end of a here document; all other lines are what the command before them prints.
func (b Block) Commands() []Command {
	var (
		commands []Command
		until    string // the line that ends the here document; a backslash: the line goes on
	)
	for i, line := range b.Lines {
		last := len(commands) - 1
		switch {
		case until != "":
			commands[last].Typed += "\n" + line
			until = rest(until, line)
		case strings.HasPrefix(line, prompt):
			typed := strings.TrimPrefix(line, prompt)
			commands = append(commands, Command{Line: b.Line + 1 + i, Typed: typed})
			until = rest("", typed)
		case last >= 0:
			commands[last].Shown = append(commands[last].Shown, line)
		}
	}
	for i := range commands {
		commands[i].Shown = trimmed(commands[i].Shown)
	}
	return commands
}

// rest says what ends a command whose last line is this; empty: it has ended.
func rest(until, line string) string {
	if until != "" && until != `\` { // in a here document
		if line == until {
			return ""
		}
		return until
	}
	if strings.HasSuffix(line, `\`) {
		return `\`
	}
	if found := regexp.MustCompile(heredoc).FindStringSubmatch(line); found != nil {
		return found[1]
	}
	return ""
}

// trimmed leaves out the empty lines that set one command off from the next.
func trimmed(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
