package view

import (
	"errors"
	"regexp"
	"strings"

	"github.com/docker/cli/cli"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// foldedText is an error's text in which what others have said in a few lines (Kubernetes, a registry, an engine, a
// reader of files) is one line: what stands behind it, such as what to do, would be apart from what it is about. Long
// words of others keep their lines, and so do those that begin one as we do: a line of others is marked, its middle is
// not. What is wrong beside something else has a line of its own.
func foldedText(err error) string {
	text := err.Error()
	ours := regexp.MustCompile(`(?mi)^\W*(next|or|error|warning|note):`)
	for _, leaf := range leaves(err) {
		const longest, most = 600, 6
		said := strings.TrimSpace(failure.Blank(err, leaf.Error()))
		if lines := strings.Count(said, "\n"); lines == 0 || lines > most || len(said) > longest || ours.MatchString(said) {
			continue
		}
		text = strings.ReplaceAll(text, said, foldedLines(said))
	}
	return text
}

// leaves are the errors that wrap no other, but those whose lines are the usage of a command.
func leaves(err error) (list []error) {
	var usage cli.StatusError
	switch e := err.(type) { //nolint:errorlint // every layer is looked at
	case nil:
		return nil
	case interface{ Unwrap() []error }:
		for _, cause := range e.Unwrap() {
			list = append(list, leaves(cause)...)
		}
		return list
	case interface{ Unwrap() error }:
		if cause := e.Unwrap(); cause != nil {
			return leaves(cause)
		}
	}
	if errors.As(err, &usage) {
		return nil
	}
	return []error{err}
}

// foldedLines puts lines behind each other.
func foldedLines(text string) string {
	text = regexp.MustCompile(`([:;,.])[ \t\r]*\n\s*`).ReplaceAllString(text, "$1 ")
	return regexp.MustCompile(`[ \t\r]*\n\s*`).ReplaceAllString(text, "; ")
}
