package plugintest

import (
	"bytes"
	"embed"
	"encoding/json"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"
)

// recordings are what --progress rawjson wrote of builds of a Dockerfile for two platforms.
//
//go:embed testdata/*.jsonl
var recordings embed.FS

// Recorded is a piece of a stream of progress, and when it came.
type Recorded struct {
	Status *client.SolveStatus
	At     time.Time
}

// Recording is a stream of progress: passed, of two tests that passed, or failed, of which one platform was not built.
func Recording(t *testing.T, name string) (list []Recorded) {
	t.Helper()
	body, err := recordings.ReadFile("testdata/" + name + ".jsonl")
	assert.NilError(t, err)
	var at time.Time
	for line := range bytes.Lines(body) {
		status := &client.SolveStatus{}
		assert.NilError(t, json.Unmarshal(line, status))
		for _, moment := range moments(status) {
			if moment.After(at) {
				at = moment
			}
		}
		list = append(list, Recorded{status, at})
	}
	for i := len(list) - 2; i >= 0; i-- { // the first say nothing of the time
		if list[i].At.IsZero() {
			list[i].At = list[i+1].At
		}
	}
	return list
}

// moments are those that a piece speaks of.
func moments(status *client.SolveStatus) (list []time.Time) {
	for _, v := range status.Vertexes {
		for _, moment := range []*time.Time{v.Started, v.Completed} {
			if moment != nil {
				list = append(list, *moment)
			}
		}
	}
	for _, s := range status.Statuses {
		list = append(list, s.Timestamp)
	}
	for _, l := range status.Logs {
		list = append(list, l.Timestamp)
	}
	return list
}
