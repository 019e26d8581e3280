package plugin

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"unicode"
)

// maxPersonal bounds what a person can put into a record.
const maxPersonal = 200

// personal is what a person typed, as it may stand in a record that is published: one line, and nothing in it that a
// terminal would obey.
func personal(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > maxPersonal {
		text = string(runes[:maxPersonal])
	}
	return strings.TrimSpace(text)
}

// defaultPerson is who uses this machine: the name git signs commits with, else that of the account; empty when neither
// is known.
func defaultPerson(ctx context.Context) string {
	name, err := exec.CommandContext(ctx, "git", "config", "user.name").Output()
	if err != nil { // there is no git, or it knows no name
		name = nil
	}
	return firstOf(personal(string(name)), personal(os.Getenv("USER")), personal(os.Getenv("USERNAME")))
}
