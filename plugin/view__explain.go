package plugin

import (
	"errors"
	"fmt"
	"io"
	"strings"

	solvererrdefs "github.com/moby/buildkit/solver/errdefs"
)

// explainTo prints an error the way every failure is told: what failed, what is unchanged, what to run next.
func explainTo(w io.Writer, err error) {
	text := strings.TrimSpace(err.Error())
	if text == "" {
		return
	}
	_, _ = fmt.Fprintf(w, "ERROR: %s\n", text)
	for _, source := range solvererrdefs.Sources(err) {
		_ = source.Print(w) // the lines of the Dockerfile that failed
	}
	var f *failure
	for cause := err; errors.As(cause, &f); cause = f.err {
		for _, note := range f.notes {
			_, _ = fmt.Fprintf(w, "  %s\n", note)
		}
		if f.next != "" {
			_, _ = fmt.Fprintf(w, "  next: %s\n", f.next)
		}
	}
}
