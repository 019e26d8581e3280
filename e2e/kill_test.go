//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// Killed at any request, before or after the registry has carried it out, a publish of two platforms leaves the tag as
// it was, absent or another image, or whole; run again it finishes, and sends no blob that is there.
func TestKilledPublish(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\nCOPY greeting /\n")
		s.write("greeting", "hello\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		p := newProxy(t, s.lab.registry)
		draft := s.repositoryAt(p.host, "app") + ":1"
		s.run("build", "--test-local", "-t", draft, ".").succeeds(t)
		s.run("publish", draft).succeeds(t)
		total := len(p.requests(""))
		assert.Assert(t, total > 10)
		blobs := s.blobsOf(t, s.repository("app"), "1")
		for _, moment := range []string{"before", "after"} {
			t.Run(moment, func(t *testing.T) {
				t.Parallel()
				p := newProxy(t, s.lab.registry)
				for at := 1; at <= total; at++ {
					killed{scenario: s, proxy: p, draft: draft, at: at, moment: moment, blobs: blobs}.check(t)
				}
			})
		}
	}, containerdStore)
}

// killed is one publish that is killed at its at-th request.
type killed struct {
	*scenario
	proxy  *proxy
	draft  string
	name   string
	moment string
	at     int
	// old is what the tag held before; empty for nothing.
	old digest.Digest
	// blobs are all that the image consists of.
	blobs []string
}

func (k killed) check(t *testing.T) {
	t.Helper()
	k.name = fmt.Sprintf("app-%s-%d", k.moment, k.at)
	if k.at%2 == 0 {
		k.registry.pushImage(t, k.repository(k.name), "1", ocispec.Platform{OS: "linux", Architecture: "amd64"})
	}
	before, _ := k.registry.manifest(t, k.repository(k.name), "1")
	k.old = before.Digest
	target := k.repositoryAt(k.proxy.host, k.name) + ":1"
	k.execute(k.plugin(t, "tag", k.draft, target)).succeeds(t)
	k.proxy.reset()
	k.kill(t, target)
	if now, _ := k.registry.manifest(t, k.repository(k.name), "1"); now.Digest != k.old {
		k.whole(t)
	}
	there := map[string]bool{}
	for _, id := range k.blobs {
		there[id] = k.registry.hasBlob(t, k.repository(k.name), id)
	}
	k.proxy.reset()
	k.execute(k.plugin(t, "publish", target)).succeeds(t)
	for _, e := range k.proxy.requests(http.MethodPut) {
		query, err := url.ParseQuery(e.Query)
		assert.NilError(t, err)
		assert.Assert(t, !there[query.Get("digest")], "killed %s request %d: %s was sent again", k.moment, k.at, query)
	}
	k.whole(t)
}

// plugin prepares a command of the plugin itself: hundreds of them through the Docker CLI take a minute longer.
func (k killed) plugin(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := filepath.Abs(plugin)
	assert.NilError(t, err)
	return k.command(binary, append([]string{"multiplat"}, args...)...)
}

// kill runs the plugin itself, so that its process is the one that is killed.
func (k killed) kill(t *testing.T, target string) {
	t.Helper()
	command := k.plugin(t, "publish", target)
	var pid atomic.Int64
	started := make(chan struct{})
	end := func() {
		<-started
		_ = syscall.Kill(int(pid.Load()), syscall.SIGKILL) // it may have ended by itself
	}
	act := func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		end()
		cut(w, r, forward)
	}
	if k.moment == "after" {
		act = after(end)
	}
	k.proxy.fail("", "", k.at, act)
	log, err := os.Create(filepath.Join(k.dir, "killed-"+k.moment+".log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	pid.Store(int64(command.Process.Pid))
	close(started)
	err = command.Wait()
	assert.NilError(t, log.Close())
	exit, ok := err.(*exec.ExitError) //nolint:errorlint // nothing is wrapped here
	assert.Assert(t, ok && !exit.Exited(), "%s request %d: it was not killed: %v", k.moment, k.at, err)
}

// blobsOf lists the configs and layers below a tag.
func (s *scenario) blobsOf(t *testing.T, repository, tag string) []string {
	t.Helper()
	var blobs []string
	index, _ := s.registry.index(t, repository, tag)
	for _, entry := range index.Manifests {
		doc, ok := s.registry.manifest(t, repository, entry.Digest.String())
		assert.Assert(t, ok, "%s is missing", entry.Digest)
		var m ocispec.Manifest
		assert.NilError(t, json.Unmarshal(doc.Body, &m))
		for _, blob := range append(m.Layers, m.Config) {
			blobs = append(blobs, blob.Digest.String())
		}
	}
	return blobs
}

// whole checks that everything below the tag is there.
func (k killed) whole(t *testing.T) {
	t.Helper()
	repository := k.repository(k.name)
	index, _ := k.registry.index(t, repository, "1")
	assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64", "linux/arm64"})
	assert.Equal(t, len(index.Manifests), 4)
	for _, id := range k.blobsOf(t, repository, "1") {
		assert.Assert(t, k.registry.hasBlob(t, repository, id), "killed %s request %d: %s is missing", k.moment, k.at, id)
	}
}
