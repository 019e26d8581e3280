package advice

import (
	"errors"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// InContext makes the commands that are told work in a docker context that was chosen on the command line; empty: none
// was.
func InContext(err error, name string) error {
	if name == "" {
		return err
	}
	var f *failure.Error
	for cause := err; errors.As(cause, &f); cause = f.Err {
		f.Next = within(f.Next, name)
		for i, note := range f.Notes {
			f.Notes[i] = within(note, name)
		}
	}
	return err
}

// within adds the context to the commands in a text that are for this program or for an engine.
func within(text, name string) string {
	for _, verb := range []string{Program, "run", "buildx", "push", "version", "network"} {
		text = strings.ReplaceAll(text, "docker "+verb+" ", "docker --context "+quote(name)+" "+verb+" ")
	}
	return text
}
