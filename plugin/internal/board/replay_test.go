package board

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// recorded is a stream of progress as --progress rawjson wrote it, with the time of each piece.
type recorded struct {
	status *client.SolveStatus
	at     time.Time
}

// replay reads a recording.
func replay(t *testing.T, file string) (list []recorded) {
	t.Helper()
	body, err := localfile.Read(file, 1<<20)
	assert.NilError(t, err)
	at := time.Time{}
	for lines := bufio.NewScanner(bytes.NewReader(body)); lines.Scan(); {
		status := &client.SolveStatus{}
		if !strings.HasPrefix(lines.Text(), "{") {
			continue
		}
		assert.NilError(t, json.Unmarshal(lines.Bytes(), status))
		for _, v := range status.Vertexes {
			for _, moment := range []*time.Time{v.Started, v.Completed} {
				if moment != nil && moment.After(at) {
					at = *moment
				}
			}
		}
		for _, l := range status.Logs {
			if l.Timestamp.After(at) {
				at = l.Timestamp
			}
		}
		list = append(list, recorded{status, at})
	}
	return list
}

func TestLook(t *testing.T) {
	l := Log{}
	l.Title = "building with multiplat"
	b := Board{Title: l.Title}
	var last time.Time
	for i, r := range replay(t, "/tmp/w/board/before-raw.json") {
		b.Write(r.status, r.at)
		for _, line := range l.Write(r.status, r.at) {
			t.Log(line)
		}
		last = r.at
		if i%20 == 0 {
			for _, line := range b.Screen(Size{80, 24}, r.at) {
				t.Log("|", line.String())
			}
		}
	}
	for _, line := range l.Close(last) {
		t.Log(line)
	}
}
