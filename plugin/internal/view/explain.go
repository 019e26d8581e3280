package view

import (
	"errors"
	"fmt"
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
	_, _ = fmt.Fprintf(w, "ERROR: %s\n", text)
	for _, source := range solvererrdefs.Sources(err) {
		_ = source.Print(w) // the lines of the Dockerfile that failed
	}
	var f *failure.Error
	for cause := err; errors.As(cause, &f); cause = f.Err {
		for _, note := range f.Notes {
			_, _ = fmt.Fprintf(w, "  %s\n", note)
		}
		if f.Next != "" {
			_, _ = fmt.Fprintf(w, "  next: %s\n", f.Next)
		}
	}
}
