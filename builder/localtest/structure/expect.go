package structure

import (
	"fmt"
	"regexp"
)

// Outcome is what a command left behind.
type Outcome struct {
	Stdout, Stderr string
	Code           int
}

// Check returns what is wrong with the outcome of the command.
func (t CommandTest) Check(o Outcome) []string {
	problems := match("stderr", o.Stderr, t.ExpectedError, t.ExcludedError)
	problems = append(problems, match("stdout", o.Stdout, t.ExpectedOutput, t.ExcludedOutput)...)
	if o.Code != t.ExitCode {
		problems = append(problems, fmt.Sprintf("exit code %d, not %d", o.Code, t.ExitCode))
	}
	return problems
}

// match looks for regular expressions in a text; they were compiled once when the file was read.
func match(what, text string, expected, excluded []string) []string {
	var problems []string
	for _, pattern := range expected {
		if !matches(pattern, text) {
			problems = append(problems, fmt.Sprintf("%s does not match %q", what, pattern))
		}
	}
	for _, pattern := range excluded {
		if matches(pattern, text) {
			problems = append(problems, fmt.Sprintf("%s matches %q", what, pattern))
		}
	}
	return problems
}

func matches(pattern, text string) bool {
	compiled, err := regexp.Compile(pattern)
	return err == nil && compiled.MatchString(text)
}
