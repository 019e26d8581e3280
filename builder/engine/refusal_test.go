package engine

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/moby/moby/api/types/system"
	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Podman is called Podman, with the way that works there; who may not use the socket hears of its group.
func TestRefusalsNameTheCause(t *testing.T) {
	podman := &fakeEngine{ping: dockerclient.PingResult{APIVersion: "1.41"}}
	podman.version.Components = []system.ComponentVersion{{Name: "Podman Engine", Version: "4.3.1"}}
	_, err := Inspect(t.Context(), podman)
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	assert.ErrorContains(t, err, "it is Podman 4.3.1")
	assert.ErrorContains(t, err, "building with a builder elsewhere, publishing and merging need no engine")

	podman.ping.APIVersion, podman.infoErr = "1.44", errors.New("no such endpoint")
	_, err = Inspect(t.Context(), podman)
	assert.ErrorContains(t, err, "it is Podman 4.3.1")

	denied := errors.New("permission denied while trying to connect to the docker API")
	_, err = Inspect(t.Context(), &fakeEngine{pingErr: denied})
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	assert.ErrorContains(t, err, "group docker")
	assert.ErrorContains(t, err, "sudo usermod -aG docker")

	_, err = Inspect(t.Context(), &fakeEngine{pingErr: errors.New("cannot connect to http://docker.example.com")})
	assert.ErrorContains(t, err, "cannot connect to unix:///fake.sock")
}

// An engine that is reached over ssh is called by its address.
func TestNamed(t *testing.T) {
	failed := errors.New("cannot connect to http://docker.example.com")
	named := Named(failed, "ssh://me@pi")
	assert.Equal(t, named.Error(), "cannot connect to ssh://me@pi")
	assert.ErrorIs(t, named, failed)
}

// An engine behind TLS whose certificate is not trusted is told so with what helps.
func TestUntrustedEngine(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	api, err := dockerclient.New(
		dockerclient.WithHost("tcp://"+server.Listener.Addr().String()),
		dockerclient.WithScheme("https"),
		dockerclient.WithHTTPClient(&http.Client{Transport: &http.Transport{}}),
	)
	assert.NilError(t, err)
	_, err = Inspect(t.Context(), api)
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	assert.ErrorContains(t, err, ": its certificate is of another authority than the ca of its docker context")
	assert.ErrorContains(t, err, "; give the certificate of the authority that has signed it")
}

// Of an engine that is not reached over ssh it is told what ssh has said, and what helps where there is no docker.
func TestUnreachedOverSSH(t *testing.T) {
	const called = "error during connect: Get \"http://docker.example.com/_ping\": command [ssh -l me -o ConnectTimeout=30 -T " +
		"-- pi docker system dial-stdio] has exited with exit status %d, make sure the URL is valid, and Docker 18.09 or " +
		"later is installed on the remote host: stderr=%s"
	none := Explained(fmt.Errorf(called, 127, "bash: line 1: docker: command not found\n"), "ssh://me@pi")
	assert.Error(t, none, "ssh has ended with exit status 127: bash: line 1: docker: command not found; Docker has to be "+
		"installed there, and docker to be in the PATH of who logs in without a terminal")
	denied := Explained(fmt.Errorf(called, 255, "a banner\r\nme@pi: Permission denied (publickey).\r\n"), "ssh://me@pi")
	assert.Error(t, denied, "ssh has ended with exit status 255: a banner; me@pi: Permission denied (publickey).")
}
