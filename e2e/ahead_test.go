//go:build e2e

package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// build --push sends layers while tests run: a test that waits for the layer at the registry passes. No tag is there
// before.
func TestPushSendsWhileItTests(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN echo of this scenario alone >/new\nCMD true\n")
		p := newProxy(t, s.lab.registry)
		sent := filepath.Join(s.dir, "sent")
		var once sync.Once
		p.fail(http.MethodPut, "/blobs/uploads/", 0, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(w, r)
			once.Do(func() { assert.Check(t, os.WriteFile(sent, nil, 0o600)) })
		})
		script := "sh -c 'until [ -e " + sent + " ]; do sleep 0.1; done'"
		name := s.repositoryAt(p.host, "ahead") + ":1"
		s.run("build", "--push", "--test-script", script, "--test-timeout", time.Minute.String(), "-t", name, ".").succeeds(t)
		var uploaded, tagged int
		for i, e := range p.requests(http.MethodPut) {
			switch {
			case e.Path == "/v2/"+repositoryPath(s.repository("ahead"))+"/manifests/1":
				tagged = i
			case uploaded == 0:
				uploaded = i + 1
			}
		}
		assert.Assert(t, 0 < uploaded && uploaded <= tagged)
	}, containerdStore)
}
