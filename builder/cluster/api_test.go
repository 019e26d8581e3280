package cluster

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// api is an API of a cluster in process, which keeps what is made there and says of pods what a test orders. How a real
// one behaves is seen in e2e.
type api struct {
	mu sync.Mutex
	// things are what was made, by their paths; answers are what is said of other paths, as JSON.
	things  map[string]object
	answers map[string]string
	// refused are paths that are answered with a status.
	refused map[string]int
	// asked are the requests, in their order.
	asked []string
	// delay is called before the log of a pod is answered.
	delay func()
}

// serve starts the API, and connects to it.
func serve(t *testing.T, a *api) *Cluster {
	t.Helper()
	a.things = map[string]object{}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	kubeconfig(t, server.URL)
	c, err := Connect(Place{})
	assert.NilError(t, err)
	return c
}

// ServeHTTP implements [http.Handler].
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.Method+" "+r.URL.Path)
	if a.delay != nil && strings.HasSuffix(r.URL.Path, "/log") {
		a.delay()
		<-r.Context().Done()
	}
	if code := a.refused[r.Method+" "+r.URL.Path]; code != 0 {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(`{"kind": "Status", "message": "not today", "reason": "Forbidden"}`))
		return
	}
	switch r.Method {
	case http.MethodPost:
		var made object
		_ = json.NewDecoder(r.Body).Decode(&made)
		meta := made["metadata"].(map[string]any)
		meta["uid"] = "uid-1"
		if r.URL.Query().Get("dryRun") == "" {
			a.things[r.URL.Path+"/"+meta["name"].(string)] = made
		}
		_ = json.NewEncoder(w).Encode(made)
	case http.MethodDelete:
		delete(a.things, r.URL.Path)
		_, _ = w.Write([]byte(`{}`))
	default:
		answer := a.answers[r.URL.Path]
		if answer == "" {
			answer = "{}"
		}
		if lines, _ := strconv.Atoi(r.URL.Query().Get("tailLines")); lines > 0 {
			all := strings.SplitAfter(answer, "\n")
			answer = strings.Join(all[max(0, len(all)-1-lines):], "")
		}
		_, _ = w.Write([]byte(answer))
	}
}

// say orders an answer.
func (a *api) say(path, answer string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.answers == nil {
		a.answers = map[string]string{}
	}
	a.answers[path] = answer
}

// left are the paths of what is still there.
func (a *api) left() (paths []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for path := range a.things {
		paths = append(paths, strings.TrimPrefix(path, "/"))
	}
	return paths
}

const podsPath = "/api/v1/namespaces/default/pods"

func createOptions(spec container.Spec) dockerclient.ContainerCreateOptions {
	return dockerclient.ContainerCreateOptions{Config: &spec.Config, HostConfig: &spec.Host}
}

func startOptions() (o dockerclient.ContainerStartOptions) { return o }
