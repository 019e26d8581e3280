package view

import (
	"errors"
	"io"
	"strings"

	solvererrdefs "github.com/moby/buildkit/solver/errdefs"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Explain prints an error the way every failure is told: what failed, what is unchanged, what to run next.
func Explain(w io.Writer, err error) {
	text := strings.TrimSpace(err.Error())
	if text == "" {
		return
	}
	first, others, _ := strings.Cut(text, "\n")
	_ = printf(w, "ERROR: %s\n", first)
	quoted(w, others)
	for _, source := range solvererrdefs.Sources(err) {
		var lines strings.Builder
		_ = source.Print(&lines) // the lines of the Dockerfile that failed
		quoted(w, lines.String())
	}
	var f *failure.Error
	for cause := err; errors.As(cause, &f); cause = f.Err {
		for _, note := range f.Notes {
			_ = printf(w, "  %s\n", note)
		}
		if f.Next != "" {
			toRun(w, "  next: ", f.Next)
		}
	}
}
