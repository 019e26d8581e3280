//go:build e2e

package e2e

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// The two image stores an engine can have; image IDs and saved archives differ between them.
const (
	containerdStore = "containerd"
	overlay2Store   = "overlay2"
)

// lab is one engine of the running lab, as `e2e/lab/lab env` describes it.
type lab struct {
	engine   string // DOCKER_HOST of the engine
	registry string // host:port of the registry both engines pull through
	path     string // PATH with the lab's commands first
	buildx   string // the buildx binary
}

// openLab reads where the engine on the store is and fails the test unless it answers.
func openLab(t *testing.T, store string) lab {
	t.Helper()
	environ := labEnvironment(t, store)
	l := lab{
		engine:   environ["DOCKER_HOST"],
		registry: environ["LAB_REGISTRY"],
		path:     environ["PATH"],
		buildx:   filepath.Join(environ["LAB_DIR"], "bin", "buildx"),
	}
	if err := l.ping(t.Context()); err != nil {
		t.Fatalf("the %s engine of the lab does not answer (%v): run `e2e/lab/lab up` first, or `make e2e`", store, err)
	}
	return l
}

// tool is the path of a command of the lab, for tests that do not have the lab's PATH.
func (l lab) tool(name string) string { return filepath.Join(filepath.Dir(l.buildx), name) }

// labEnvironment is the environment of a shell that has evaluated `lab env` for the store.
func labEnvironment(t *testing.T, store string) map[string]string {
	t.Helper()
	script := `eval "$("$1" env --store "$2")" && env -0`
	command := exec.CommandContext(t.Context(), "bash", "-c", script, "bash", filepath.Join("lab", "lab"), store)
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	assert.NilError(t, err, "reading the environment of the lab: %s", &stderr)
	environ := map[string]string{}
	for entry := range strings.SplitSeq(string(output), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		environ[name] = value
	}
	return environ
}

// ping asks the engine on its socket for a sign of life.
func (l lab) ping(ctx context.Context) error {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "unix", strings.TrimPrefix(l.engine, "unix://"))
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker/_ping", http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
