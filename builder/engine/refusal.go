package engine

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/trust"
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

// untrusted says what is wrong between the two sides of TLS where an engine was not reached for that; nil: it was not.
func untrusted(err error) error {
	const given = " of its docker context (or of DOCKER_CERT_PATH)"
	return trust.Side{
		Now: time.Now(), Authority: "the ca" + given, Own: "the cert" + given,
		Rename: "make it one for the name that is used",
		Give:   "docker context update CONTEXT --docker host=…,ca=FILE,cert=FILE,key=FILE",
		Plain:  "leave ca, cert and key out of its docker context, or start it with --tlsverify",
	}.Explain(err)
}

// Explained says what helps a user who may not use the socket, or who is not trusted or does not trust, and names the
// real host. Of one that is reached over ssh it says what ssh has said.
func Explained(err error, host string) error {
	if untrusted := untrusted(err); untrusted != nil {
		return untrusted
	}
	text := Named(err, host).Error()
	if said := overSSH(text); said != "" {
		return &unreachableError{err, said}
	}
	if strings.Contains(text, "permission denied") && strings.HasPrefix(host, "unix://") {
		text += "; its users are those of the group docker: sudo usermod -aG docker \"$USER\", then log in again"
	}
	return &unreachableError{err, text}
}

// overSSH is what a client's error says of ssh, which it calls with many words; empty: it is not about that.
func overSSH(text string) string {
	ended := regexp.MustCompile(`(?s)command \[(\S*ssh) .*\] has exited with (exit status \d+),.*: stderr=(.*)`)
	found := ended.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	said := strings.Join(strings.FieldsFunc(found[3], func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	text = fmt.Sprintf("%s has ended with %s: %s", found[1], found[2], said)
	if strings.Contains(said, "docker: command not found") || strings.Contains(said, "docker: not found") {
		text += "; Docker has to be installed there, and docker to be in the PATH of who logs in without a terminal"
	}
	return text
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
