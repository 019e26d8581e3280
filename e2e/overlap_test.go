//go:build e2e

package e2e

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// A platform is loaded and tested while others still build: here one does not get built before another is tested.
func TestOnePlatformIsTestedWhileAnotherBuilds(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		tested := make(chan struct{})
		var once sync.Once
		routes := http.NewServeMux()
		routes.HandleFunc("/tested", func(http.ResponseWriter, *http.Request) { once.Do(func() { close(tested) }) })
		routes.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-tested:
			case <-r.Context().Done():
			case <-time.After(time.Minute):
				http.Error(w, "no platform was tested meanwhile", http.StatusGatewayTimeout)
			}
		})
		server := httptest.NewServer(routes)
		t.Cleanup(server.Close)
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nARG TARGETARCH\nARG SERVER\n"+
			"RUN if [ $TARGETARCH = arm64 ]; then wget -q -O - $SERVER/wait; fi\n")
		s.run("build", "--build-arg", "SERVER="+server.URL, "--test-script", "curl -fsS "+server.URL+"/tested",
			"-t", s.repository("app")+":1", ".").succeeds(t)
	}, containerdStore)
}
