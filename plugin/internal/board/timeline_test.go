package board_test

import (
	"testing"
	"time"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// phases are those of a row, each once, in the order in which they began.
func phases(line []board.Stretch) (list []board.Phase) {
	seen := map[board.Phase]bool{}
	for _, s := range line {
		if !seen[s.Phase] {
			seen[s.Phase] = true
			list = append(list, s.Phase)
		}
	}
	return list
}

// What a platform was at is known when all is over: of one that passed to its tests, of one that failed to its build.
func TestTimelineOfABuild(t *testing.T) {
	for name, want := range map[string][]board.Phase{
		"passed": {board.Build, board.Export, board.Audit, board.Load, board.Test}, "failed": {board.Build},
	} {
		var b board.Board
		var last time.Time
		for _, piece := range plugintest.Recording(t, name) {
			b.Write(piece.Status, piece.At)
			last = piece.At
		}
		line := b.Timeline(last)["linux/arm64"]
		assert.DeepEqual(t, phases(line), want)
		for i, s := range line {
			assert.Check(t, s.Began >= 0 && s.Took >= 0 && s.Began+s.Took <= time.Minute, "%v", s)
			assert.Check(t, i == 0 || line[i-1].Began <= s.Began)
		}
		assert.Equal(t, line[len(line)-1].Failed, name == "failed")
	}
}

// writer is a board at one moment.
type writer struct {
	progress.Writer
	board board.Board
	now   time.Time
}

// Write implements [progress.Writer].
func (w *writer) Write(status *client.SolveStatus) { w.board.Write(status, w.now) }

// What an emulator ran is a program, of a stage that is for the platform itself.
func TestTimelineOfEmulatedSteps(t *testing.T) {
	now := time.Unix(1000, 0)
	done := now.Add(time.Second)
	for name, want := range map[string]bool{
		"[web linux/arm64 2/3] RUN make":                             true,
		"[web linux/arm64 out 2/3] RUN make it":                      true,
		"[web linux/arm64 2/3] ONBUILD RUN make":                     true,
		"[web linux/arm64 linux/amd64 build 2/3] RUN make":           false,
		"[web linux/arm64 linux/amd64->arm64 build 2/3] RUN go make": false,
		"[web linux/arm64 3/3] COPY a b":                             false,
		"[web linux/arm64] exporting to oci image format":            false,
		"[web linux/arm64] testing app --version":                    true,
	} {
		for how, emulated := range map[string]bool{shown.Emulated: want, shown.Native: false} {
			pw := &writer{now: now}
			shown.Begin(shown.Of(pw, "web"), "linux/arm64", how)
			pw.Write(&client.SolveStatus{Vertexes: []*client.Vertex{{
				Digest: digest.FromString(name), Name: name, Started: &now, Completed: &done,
			}}})
			line := pw.board.Timeline(done)["web linux/arm64"]
			assert.Equal(t, len(line), 1, name)
			assert.Equal(t, line[0].Emulated, emulated, name)
			assert.Equal(t, line[0].Took, time.Second)
		}
	}
}
