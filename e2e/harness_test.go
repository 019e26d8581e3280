//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// The engines of the lab are real, and each has the image store its name says.
func TestLabEngineRunsImages(t *testing.T) {
	drivers := map[string]string{containerdStore: "overlayfs", overlay2Store: "overlay2"}
	forEachStore(t, func(t *testing.T, s *scenario) {
		driver := s.docker("info", "--format", "{{.Driver}}").succeeds(t)
		assert.Equal(t, strings.TrimSpace(driver.Stdout), drivers[s.store])
		echo := s.docker("run", "--rm", "--init", "busybox", "echo", "hello").succeeds(t)
		assert.Equal(t, echo.Stdout, "hello\n")
		s.docker("run", "--rm", "busybox", "sh", "-c", "exit 7").exits(t, 7)
	})
}

// The Docker CLI finds the plugin under test and hands it its arguments.
func TestPluginAnswers(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		version := s.run("version").succeeds(t)
		assert.Check(t, is.Contains(version.Stdout, "docker-multiplat "))
		help := s.docker("--help").succeeds(t)
		assert.Check(t, is.Contains(help.Stdout, "multiplat*"))
	})
}

// Everything a client asks of the registry is on record, in order; the registry holds what was pushed, and nothing
// of what the proxy refused.
func TestProxyRecordsPush(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		p := newProxy(t, s.lab.registry)
		image := s.repositoryAt(p.host, "app") + ":1"
		s.docker("pull", "--quiet", "--platform", "linux/amd64", "busybox").succeeds(t)
		s.docker("tag", "busybox", image).succeeds(t)
		p.fail(http.MethodPut, "/manifests/", 0, respond(http.StatusForbidden, nil, "no"))
		push := []string{"push", "--quiet", "--platform", "linux/amd64", image}
		s.docker(push...).exits(t, 1)
		assert.Check(t, is.Len(s.registry.tags(t, s.repository("app")), 0))
		p.reset()
		s.docker(push...).succeeds(t)
		s.docker("rmi", image).succeeds(t)

		puts := p.requests(http.MethodPut)
		last := puts[len(puts)-1]
		assert.Check(t, is.Equal(last.Status, http.StatusCreated))
		assert.Check(t, is.Contains(last.Path, "/manifests/"))
		repository := s.repository("app")
		assert.Check(t, is.DeepEqual(s.registry.tags(t, repository), []string{"1"}))
		doc, ok := s.registry.manifest(t, repository, "1")
		assert.Assert(t, ok)
		again, ok := s.registry.manifest(t, repository, doc.Digest.String())
		assert.Assert(t, ok)
		assert.DeepEqual(t, again, doc)
	})
}

// A fault hits exactly the request it was armed for.
func TestProxyFailsChosenRequests(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		p := newProxy(t, s.lab.registry)
		retryAfter := http.Header{"Retry-After": {"7"}}
		p.fail(http.MethodGet, "/tags/", 1, respond(http.StatusTooManyRequests, retryAfter, "slow down"))
		p.fail(http.MethodGet, "/tags/", 2, cut)
		p.fail(http.MethodGet, "/tags/", 3, loseAnswer)
		p.fail(http.MethodGet, "/tags/", 4, cutBody(5))
		address := fmt.Sprintf("http://%s/v2/library/busybox/tags/list", p.host)

		status, body, err := fetch(t, address)
		assert.NilError(t, err)
		assert.Equal(t, status, http.StatusTooManyRequests)
		assert.Equal(t, body, "slow down")
		for range 2 {
			_, _, err = fetch(t, address)
			assert.ErrorIs(t, err, io.EOF)
		}
		_, body, err = fetch(t, address)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Equal(t, len(body), 5)
		status, _, err = fetch(t, address)
		assert.NilError(t, err)
		assert.Equal(t, status, http.StatusOK)
		assert.Equal(t, len(p.requests(http.MethodGet)), 5)
	}, containerdStore)
}

// What a test does before and after a request happens at exactly these moments.
func TestProxyCallsBeforeAndAfter(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		p := newProxy(t, s.lab.registry)
		var moments []string
		note := func(moment string) func() { return func() { moments = append(moments, moment) } }
		p.fail(http.MethodGet, "/tags/", 1, before(note("before")))
		p.fail(http.MethodGet, "/tags/", 2, after(note("after")))
		for range 2 {
			status, _, err := fetch(t, fmt.Sprintf("http://%s/v2/library/busybox/tags/list", p.host))
			assert.NilError(t, err)
			note(http.StatusText(status))()
		}
		assert.DeepEqual(t, moments, []string{"before", "OK", "after", "OK"})
	}, containerdStore)
}

// A command sees the scenario's files and environment and nothing of the caller's, and may be watched as it runs.
func TestScenarioIsolatesCommands(t *testing.T) {
	t.Setenv("BUILDX_CONFIG", "of the caller")
	inTurn(t, func(t *testing.T, s *scenario) {
		path := s.write("folder/file", "content")
		script := `cat folder/file && echo "$1 $DOCKER_CONFIG $BUILDX_CONFIG $GREETING" >done`
		command := s.with("GREETING=hello").command("bash", "-c", script, "bash", path)
		assert.Equal(t, s.finish(command).succeeds(t).Stdout, "content")
		eventually(t, "the command has written its file", func() error {
			_, err := os.Stat(filepath.Join(s.dir, "done"))
			return err
		})
		written, err := os.ReadFile(filepath.Join(s.dir, "done"))
		assert.NilError(t, err)
		assert.Equal(t, string(written), path+" "+s.config+"  hello\n")
	}, containerdStore, overlay2Store)
}

// The base image everything is built from is an index, and its configurations name the platforms of its entries.
func TestRegistryHoldsBaseImage(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		index, _ := s.registry.index(t, "library/busybox", "latest")
		assert.Assert(t, is.Len(index.Manifests, 5))
		for _, entry := range index.Manifests {
			doc, ok := s.registry.manifest(t, "library/busybox", entry.Digest.String())
			assert.Assert(t, ok)
			var image ocispec.Manifest
			assert.NilError(t, json.Unmarshal(doc.Body, &image))
			var config ocispec.Image
			blob := s.registry.blob(t, "library/busybox", image.Config.Digest)
			assert.NilError(t, json.Unmarshal(blob, &config))
			assert.Equal(t, config.OS+"/"+config.Architecture, entry.Platform.OS+"/"+entry.Platform.Architecture)
		}
	}, containerdStore)
}

// fetch asks once, over a connection of its own, so that no client library retries.
func fetch(t *testing.T, address string) (int, string, error) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	assert.NilError(t, err)
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}
