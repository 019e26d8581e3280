package advice

import (
	"errors"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Keeping adds to an init that is told to be run next what was given for it: by init all, by another command the
// builder.
func Keeping(err error, line Line) error {
	if line.word() != "init" {
		line = line.Only(Command("init"), nil, "builder")
	}
	var f *failure.Error
	for cause := err; errors.As(cause, &f); cause = f.Err {
		f.Next = keeping(f.Next, line)
	}
	return err
}

// keeping adds the flags of a line to the init in a text; those that the text has itself win.
func keeping(next string, line Line) string {
	const verb = " " + Program + " init"
	head, tail, found := strings.Cut(next, verb)
	if !found || tail != "" && tail[0] != ' ' {
		return next
	}
	own, rest := tail, ""
	for _, end := range []string{"   (", " && "} {
		if at := strings.Index(own, end); at >= 0 {
			own, rest = own[:at], own[at:]+rest
		}
	}
	for _, word := range strings.Fields(own) {
		if name, isFlag := strings.CutPrefix(word, "--"); isFlag {
			if name, _, _ = strings.Cut(name, "="); name != "driver-opt" { // which has one more, and not another
				line = line.without(name)
			}
		}
	}
	return head + verb + own + strings.TrimPrefix(line.To().String(), line.Verb) + rest
}
