package view

import (
	"errors"
	"io"
	"strings"

	"github.com/docker/cli/cli/streams"
	solvererrdefs "github.com/moby/buildkit/solver/errdefs"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Explain prints an error the way every failure is told: what failed, what is unchanged, what to run next. A password
// that was typed where none belongs, as in a reference, is not repeated.
func Explain(w io.Writer, err error) {
	text := visible.Masked(strings.TrimSpace(foldedText(err)))
	if text == "" {
		return
	}
	first, others, _ := strings.Cut(text, "\n")
	told(w, "ERROR: %s\n", first)
	quoted(w, others)
	for _, source := range solvererrdefs.Sources(err) {
		var lines strings.Builder
		_ = source.Print(&lines) // the lines of the Dockerfile that failed
		quoted(w, visible.Masked(failure.Blank(err, lines.String())))
	}
	var f *failure.Error
	for cause := err; errors.As(cause, &f); cause = f.Err {
		for _, note := range f.Notes {
			told(w, "  %s\n", visible.Masked(failure.Blank(err, note)))
		}
		if f.Next != "" {
			toRun(w, "  next: ", visible.Masked(failure.Blank(err, f.Next)))
		}
	}
}

// told writes a line of a failure, in the width of the terminal if it is one.
func told(w io.Writer, format string, args ...any) {
	text := worded(format, args...)
	if out, is := w.(*streams.Out); is {
		text = fitted(out, text)
	}
	_ = put(w, text)
}
