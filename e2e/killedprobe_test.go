//go:build e2e

package e2e

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A probe that is killed leaves its image in the engine. The next init takes it away, and so does deinit.
func TestKilledProbeLeavesNoImage(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		images := func() string {
			return s.docker("image", "ls", "--quiet", "--filter", "label=com.docker-multiplat.owner").succeeds(t).Stdout
		}
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		for _, args := range [][]string{{"init", "--platform", "linux/amd64"}, {"deinit", "--force"}} {
			s.killInProbe(t)
			assert.Assert(t, images() != "")
			r := s.run(args...).succeeds(t)
			const said = "removed what a process that was killed has left: image docker-multiplat/probe:"
			assert.Assert(t, is.Contains(r.Stderr, said))
			assert.Equal(t, images(), "")
		}
	})
}

// killInProbe has a status killed when it has its probes in the engine.
func (s *scenario) killInProbe(t *testing.T) {
	t.Helper()
	var dialer net.Dialer
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "engine"}) },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", strings.TrimPrefix(s.lab.engine, "unix://"))
		}},
	}
	reached := make(chan struct{}, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/containers/create") {
			forward.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // who has not read a request does not hear that its client is gone
		reached <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	there := s.with("DOCKER_HOST=tcp://" + server.Listener.Addr().String())
	command := there.command(filepath.Join(s.config, "cli-plugins", "docker-multiplat"), "multiplat", "status",
		"--platform", "linux/amd64")
	ended := make(chan error, 1)
	assert.NilError(t, command.Start())
	go func() { ended <- command.Wait() }()
	select {
	case <-reached:
		assert.NilError(t, command.Process.Kill())
		assert.Assert(t, <-ended != nil) // killed
	case err := <-ended:
		t.Fatal(errors.Join(errors.New("it ended without a probe"), err))
	}
}
