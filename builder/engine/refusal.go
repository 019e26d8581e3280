package engine

import (
	"context"
	"strings"

	dockerclient "github.com/moby/moby/client"
)

// sshPlaceholder is what the client of the API calls the host of an engine that is reached over ssh.
const sshPlaceholder = "http://docker.example.com"

// unreachableError is why an engine was not reached, in words that help.
type unreachableError struct {
	error
	text string
}

// Error implements error.
func (e *unreachableError) Error() string { return e.text }

// Unwrap lets errors.Is find the error.
func (e *unreachableError) Unwrap() error { return e.error }

// Named is an error of an engine's client, which calls an engine that is reached over ssh by a placeholder, with the
// address of that.
func Named(err error, host string) error {
	return &unreachableError{err, strings.ReplaceAll(err.Error(), sshPlaceholder, host)}
}

// explained says what helps a user who may not use the socket, and names the real host.
func explained(err error, host string) error {
	text := Named(err, host).Error()
	if strings.Contains(text, "permission denied") && strings.HasPrefix(host, "unix://") {
		text += "; its users are those of the group docker: sudo usermod -aG docker \"$USER\", then log in again"
	}
	return &unreachableError{err, text}
}

// podmanNote says that an engine is Podman, and what works without one; empty for others.
func podmanNote(ctx context.Context, api API) string {
	found, err := api.ServerVersion(ctx, dockerclient.ServerVersionOptions{})
	if err != nil {
		return ""
	}
	for _, part := range found.Components {
		if strings.HasPrefix(part.Name, "Podman") {
			return "; it is Podman " + part.Version +
				": building with a builder elsewhere, publishing and merging need no engine"
		}
	}
	return ""
}
