package board_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// logged is a recording as a log.
func logged(t *testing.T, name string, fold board.Fold) []string {
	t.Helper()
	l := board.Log{Board: board.Board{Title: `building with "multiplat"`}, Fold: fold}
	var lines []string
	var last time.Time
	for _, piece := range plugintest.Recording(t, name) {
		lines = append(lines, l.Write(piece.Status, piece.At)...)
		last = piece.At
	}
	return append(lines, l.Close(last)...)
}

// The log of a build, for a file and for the CIs that fold.
func TestLogOfRecordings(t *testing.T) {
	for _, name := range []string{"passed", "failed"} {
		for file, fold := range map[string]board.Fold{
			"plain": board.Unfolded, "github": board.GitHub, "gitlab": board.GitLab,
		} {
			text := strings.Join(logged(t, name, fold), "\n") + "\n"
			golden.Assert(t, strings.NewReplacer("\x1b", "<ESC>", "\r", "<CR>").Replace(text), name+"-"+file+".golden")
		}
	}
}

// A log has at most a third of the lines that BuildKit's has which say nothing that a program wrote.
func TestLogIsShort(t *testing.T) {
	for _, name := range []string{"passed", "failed"} {
		var out bytes.Buffer
		display, err := progressui.NewDisplay(&out, progressui.PlainMode)
		assert.NilError(t, err)
		ch, written := make(chan *client.SolveStatus), 0
		go func() {
			defer close(ch)
			for _, piece := range plugintest.Recording(t, name) {
				ch <- piece.Status
			}
		}()
		_, err = display.UpdateFrom(t.Context(), ch)
		assert.NilError(t, err)
		for _, piece := range plugintest.Recording(t, name) {
			for _, log := range piece.Status.Logs {
				written += bytes.Count(log.Data, []byte("\n"))
			}
		}
		theirs, ours := strings.Count(out.String(), "\n"), len(logged(t, name, board.Unfolded))
		t.Logf("%s: BuildKit's log has %d lines, ours %d, of which programs wrote %d", name, theirs, ours, written)
		assert.Check(t, (ours-written)*3 <= theirs-written, "%s: %d and %d, %d written", name, theirs, ours, written)
	}
}

// The image that reads the Dockerfile is named where it takes long, once and in short.
func TestLogOfFrontends(t *testing.T) {
	const image = "docker-image://docker.io/docker/dockerfile:1"
	for took, want := range map[time.Duration][]string{
		time.Second / 2: nil,
		time.Second:     {"#1 resolve docker.io/docker/dockerfile:1 1.0s", "#2 fetch docker.io/docker/dockerfile:1 1.0s"},
	} {
		now := time.Unix(1000, 0)
		done := now.Add(took)
		var l board.Log
		status := &client.SolveStatus{}
		for _, row := range []string{"linux/amd64", "linux/arm64"} {
			for _, step := range []string{"resolve image config for " + image, image + "@" + digest.FromString("x").String()} {
				status.Vertexes = append(status.Vertexes, &client.Vertex{
					Digest: digest.FromString(step), Name: "[" + row + "] " + step, Started: &now, Completed: &done,
				})
			}
		}
		var lines []string
		for _, line := range append(l.Write(status, done), l.Close(done)...) {
			if strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		assert.DeepEqual(t, lines, want)
	}
}

// Steps are numbered as they come, from where the log before has ended.
func TestLogNumbers(t *testing.T) {
	l, now := board.Log{Count: 7}, time.Unix(1000, 0)
	var lines []string
	for i := range 3 {
		done := now.Add(time.Second)
		lines = append(lines, l.Write(&client.SolveStatus{Vertexes: []*client.Vertex{{
			Digest: digest.FromString(fmt.Sprint(i)), Name: fmt.Sprintf("tagging %d", i), Started: &now, Completed: &done,
		}}}, done)...)
	}
	assert.DeepEqual(t, append(lines, l.Close(now)...),
		[]string{"#8 tagging 0 1.0s", "#9 tagging 1 1.0s", "#10 tagging 2 1.0s"})
	assert.Equal(t, l.Count, 10)
}

// step is a vertex that was begun, and ended after a time unless that is 0.
func step(name string, began time.Time, took time.Duration) *client.Vertex {
	v := &client.Vertex{Digest: digest.FromString(name), Name: name, Started: &began}
	if took > 0 {
		ended := began.Add(took)
		v.Completed = &ended
	}
	return v
}

// output is what a step wrote.
func output(name, text string, at time.Time) *client.VertexLog {
	return &client.VertexLog{Vertex: digest.FromString(name), Data: []byte(text), Timestamp: at}
}

// What takes long is shown while it runs; another row waits for its turn, but that it failed is said at once.
func TestLogOfTwoRowsAtOnce(t *testing.T) {
	const slow, other = "[linux/amd64 1/1] RUN slow", "[linux/arm64 1/1] RUN other"
	l, now := board.Log{}, time.Unix(1000, 0)
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	assert.Equal(t, len(l.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{step(slow, now, 0), step(other, now, 0)},
		Logs:     []*client.VertexLog{output(slow, "one\ntw", at(1)), output(other, "boom\n", at(1))},
	}, at(1))), 0)
	assert.DeepEqual(t, l.Tick(at(3)), []string{"== linux/amd64", "#1 [1/1] RUN slow", "#1 1.000 one"})
	failed := step(other, now, 4*time.Second)
	failed.Error = `process "other" did not complete successfully: exit code: 1`
	assert.DeepEqual(t, l.Write(&client.SolveStatus{Vertexes: []*client.Vertex{failed}}, at(4)),
		[]string(nil))
	lines := l.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{step(slow, now, 5*time.Second)},
		Logs:     []*client.VertexLog{output(slow, "o\nthree", at(5))},
	}, at(5))
	assert.DeepEqual(t, append(lines, l.Close(at(5))...), []string{
		"#1 5.000 two", "#1 5.000 three", "#1 5.0s",
		"== linux/arm64", "#2 [1/1] RUN other 4.0s", "#2 1.000 boom", "#2 FAILED: exit code: 1",
	})
}

// A step that was begun for none of the rows, and then turns out to be of one, is shown where it was begun.
func TestLogOfAStepThatGetsARow(t *testing.T) {
	const load, other = "[internal] load git source", "[linux/amd64 1/1] RUN x"
	l, now := board.Log{}, time.Unix(1000, 0)
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	lines := l.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{step(load, now, 0)}, Logs: []*client.VertexLog{output(load, "main\n", at(1))},
	}, at(1))
	lines = append(lines, l.Tick(at(4))...)
	of := step(load, now, 5*time.Second)
	of.Name = "[linux/amd64 1/2] load git source"
	lines = append(lines, l.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{of, step(other, at(4), time.Second)},
	}, at(5))...)
	lines = append(lines, l.Close(at(9))...)
	assert.DeepEqual(t, lines, []string{
		"#1 [internal] load git source", "#1 1.000 main", "== linux/amd64", "#2 [1/1] RUN x 1.0s", "#1 5.0s",
	})
}

// GitHub obeys lines of two kinds, wherever they come from.
func TestLogForGitHub(t *testing.T) {
	const name = "[linux/amd64 1/1] RUN x"
	l, now := board.Log{Fold: board.GitHub}, time.Unix(1000, 0)
	lines := l.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{step(name, now, time.Second), {
			Digest: digest.FromString("note"), Name: "::add-mask::x", Started: &now, Completed: &now,
		}},
		Logs: []*client.VertexLog{output(name, "::set-output name=a::b\n##[group]c\n", now)},
	}, now)
	lines = append(lines, l.Close(now)...)
	text := strings.Join(lines, "\n")
	assert.Check(t, !strings.Contains(text, "##["), text)
	commands := slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return !strings.HasPrefix(strings.TrimSpace(line), "::")
	})
	assert.DeepEqual(t, commands, []string{"::group::linux/amd64", "::endgroup::"})
}

// What has come to its end is not kept back by what runs for an hour: that goes on after it.
func TestLogGoesOn(t *testing.T) {
	const slow, fast = "[linux/arm64 1/1] RUN slow", "[linux/amd64 1/1] RUN fast"
	l, now := board.Log{Fold: board.GitHub}, time.Unix(1000, 0)
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	ended := &client.Vertex{Digest: "row:fast", Name: "[linux/amd64] native"}
	lines := l.Write(&client.SolveStatus{Vertexes: []*client.Vertex{
		{Digest: "row:slow", Name: "[linux/arm64] emulated"}, ended, step(slow, now, 0), step(fast, now, 0),
	}, Logs: []*client.VertexLog{output(slow, "begun\n", at(1)), output(fast, "begun\n", at(1))}}, now)
	lines = append(lines, l.Tick(at(3))...)
	assert.DeepEqual(t, lines, []string{"::group::linux/arm64 emulated", "#1 [1/1] RUN slow", "#1 1.000 begun"})
	over := at(4)
	ended.Started, ended.Completed = &over, &over
	lines = l.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{step(fast, now, 4*time.Second), ended},
		Statuses: []*client.VertexStatus{{ID: "passed", Vertex: ended.Digest, Started: &over, Completed: &over}},
	}, over)
	assert.Equal(t, len(lines), 0, "it may be that the other ends at once")
	assert.DeepEqual(t, l.Tick(at(6)), []string{
		"::endgroup::", "::group::linux/amd64 native", "#2 [1/1] RUN fast 4.0s", "#2 1.000 begun", "::endgroup::",
		"linux/amd64: passed 4.0s", "::group::linux/arm64 emulated, continued",
	})
	assert.DeepEqual(t, l.Write(&client.SolveStatus{Logs: []*client.VertexLog{output(slow, "more\n", at(7))}}, at(7)),
		[]string{"#1 7.000 more"})
}

// A builder that has to be started says what is done for it, once.
func TestLogOfBooting(t *testing.T) {
	l, now := board.Log{}, time.Unix(1000, 0)
	done := now.Add(time.Second)
	v := step("[internal] booting buildkit", now, time.Second)
	part := &client.VertexStatus{ID: "starting container x", Vertex: v.Digest, Started: &now, Completed: &done}
	lines := l.Write(&client.SolveStatus{Vertexes: []*client.Vertex{v}, Statuses: []*client.VertexStatus{part}}, done)
	assert.DeepEqual(t, append(lines, l.Close(done)...),
		[]string{"#1 [internal] booting buildkit 1.0s", "#1 1.000 starting container x"})
}

// What is pushed stands in one list with the tags, in the order in which it happened; no row has lines of its own.
func TestLogOfPublishing(t *testing.T) {
	l, now := board.Log{Fold: board.GitHub}, time.Unix(1000, 0)
	ended := &client.Vertex{Digest: "row:a", Name: "[linux/arm64]", Started: &now, Completed: &now}
	lines := l.Write(&client.SolveStatus{Vertexes: []*client.Vertex{
		{Digest: "row:a", Name: "[linux/arm64]"},
		step("[linux/arm64] pushing layers to x", now, time.Second),
		step("tagging x:1", now, time.Second),
	}}, now)
	lines = append(lines, l.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{ended}, Statuses: []*client.VertexStatus{{ID: "published", Vertex: "row:a"}},
	}, now)...)
	assert.DeepEqual(t, append(lines, l.Close(now)...),
		[]string{"#1 [linux/arm64] pushing layers to x 1.0s", "#2 tagging x:1 1.0s", "linux/arm64: published 0.0s"})
}
