//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// --jobs bounds how many platforms are built at once, and how many are tested.
func TestJobs(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nARG MEETING\nRUN sleep 1; wget -qO /dev/null $MEETING\n")
		for i, jobs := range []string{"1", "2"} {
			r := s.run("build", "--no-cache", "--jobs", jobs, "--progress", "rawjson", "--test", "sleep 1",
				"--build-arg", "MEETING="+meeting(t, i+1), "-t", s.repository("app")+":"+jobs, ".").succeeds(t)
			built, tested := spansOf(t, r.Stderr, "RUN sleep 1"), spansOf(t, r.Stderr, "testing sleep 1")
			assert.Equal(t, len(built), 2)
			assert.Equal(t, len(tested), 2)
			assert.Equal(t, built[0].overlaps(built[1]), jobs == "2", "--jobs %s: %v", jobs, built)
			assert.Assert(t, jobs == "2" || !tested[0].overlaps(tested[1]), "--jobs %s: %v", jobs, tested)
		}
	}, containerdStore)
}

// meeting is an address that answers who comes when so many are there, or after a minute.
func meeting(t *testing.T, persons int) string {
	t.Helper()
	var come atomic.Int64
	all := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if come.Add(1) == int64(persons) {
			close(all)
		}
		select {
		case <-all:
		case <-time.After(time.Minute):
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// span is when a step began and ended.
type span struct{ Started, Completed time.Time }

func (s span) overlaps(other span) bool {
	return s.Started.Before(other.Completed) && other.Started.Before(s.Completed)
}

// spansOf reads from raw progress when the steps whose name has a text ran. All of it is JSON.
func spansOf(t *testing.T, progress, text string) []span {
	t.Helper()
	found := map[string]span{}
	for line := range strings.Lines(progress) {
		var status struct {
			Vertexes []struct {
				Digest, Name string
				span
			}
		}
		assert.NilError(t, json.Unmarshal([]byte(line), &status), line)
		for _, vertex := range status.Vertexes {
			if strings.Contains(vertex.Name, text) && !vertex.Completed.IsZero() {
				found[vertex.Digest] = vertex.span
			}
		}
	}
	var spans []span
	for _, s := range found {
		spans = append(spans, s)
	}
	return spans
}
