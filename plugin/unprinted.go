package plugin

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// heard is a writer that remembers what it could not write: a help is printed by cobra, which does not tell.
type heard struct {
	io.Writer
	err error
}

// Write implements [io.Writer].
func (h *heard) Write(p []byte) (int, error) {
	n, err := h.Writer.Write(p)
	if h.err == nil {
		h.err = err
	}
	return n, err
}

// Unprinted is why the help that a command was asked for could not be printed.
func Unprinted(cmd *cobra.Command) error {
	h, ok := cmd.OutOrStdout().(*heard)
	if !ok || h.err == nil {
		return nil
	}
	return failure.Wrap(nil, fmt.Errorf("printing the help: %w", h.err), "")
}
