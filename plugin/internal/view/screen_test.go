package view

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"github.com/tonistiigi/vt100"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// prompt is what stands on the terminal before the board: it is nobody else's to write over.
const prompt = "$ docker multiplat build"

// emulated is an emulated terminal with a board on it.
type emulated struct {
	*vt100.VT100
	picture boardPicture
	tamer   statusTamer
}

func newTerminal(width, height int) *emulated {
	v := &emulated{VT100: vt100.NewVT100(height, width)}
	_, _ = v.Write([]byte(prompt + "\n"))
	v.picture = boardPicture{
		board: board.Board{Title: `building with "multiplat"`}, canvas: canvas{out: v.VT100},
		size: func() board.Size { return board.Size{Width: v.Width, Height: v.Height} },
	}
	return v
}

// play shows pieces of a stream, each drawn.
func (v *emulated) play(list []plugintest.Recorded) (last time.Time) {
	for _, piece := range list {
		v.picture.write(v.tamer.tame(piece.Status), piece.At)
		v.picture.tick(piece.At)
		last = piece.At
	}
	return last
}

// screen is what the terminal shows.
func (v *emulated) screen() string {
	var b strings.Builder
	for _, row := range v.Content {
		b.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// become makes the terminal as wide: it breaks lines that are wider, as most terminals do.
func (v *emulated) become(width, height int) {
	text := strings.TrimSuffix(v.screen(), "\n")
	lines := strings.Split(text, "\n")
	*v.VT100 = *vt100.NewVT100(height, width)
	for _, line := range lines {
		_, _ = v.Write([]byte(line))
		if n := len([]rune(line)); n == 0 || n%width > 0 {
			_, _ = v.Write([]byte("\n"))
		}
	}
}

// until is the part of a recording that lasts so long.
func until(list []plugintest.Recorded, d time.Duration) []plugintest.Recorded {
	for i, piece := range list {
		if piece.At.Sub(list[0].At) > d {
			return list[:i]
		}
	}
	return list
}

// The board of a build, in the middle of it and in the end, on terminals of three sizes.
func TestBoardOnTerminals(t *testing.T) {
	for _, size := range []board.Size{{Width: 80, Height: 24}, {Width: 120, Height: 40}, {Width: 20, Height: 10}} {
		for _, name := range []string{"passed", "failed"} {
			v, file := newTerminal(size.Width, size.Height), fmt.Sprintf("board-%s-%dx%d", name, size.Width, size.Height)
			list := plugintest.Recording(t, name)
			part := until(list, 2500*time.Millisecond)
			v.play(part)
			golden.Assert(t, v.screen(), file+"-middle.golden")
			end := v.play(list[len(part):])
			golden.Assert(t, v.screen(), file+"-late.golden")
			v.picture.end(end, false)
			if size.Height > 10 { // else the end has scrolled it away
				assert.Check(t, strings.HasPrefix(v.screen(), prompt[:8]), "%s\n%s", file, v.screen())
			}
			golden.Assert(t, v.screen(), file+"-end.golden")
		}
	}
}

// What the terminal echoes of what is typed does not stay below what the board becomes.
func TestBoardErasesWhatIsTyped(t *testing.T) {
	for _, giveWay := range []bool{true, false} {
		v := newTerminal(80, 24)
		end := v.play(until(plugintest.Recording(t, "failed"), 2500*time.Millisecond))
		_, _ = v.Write([]byte("^C"))
		v.picture.end(end, giveWay)
		assert.Check(t, !strings.Contains(v.screen(), "^C"), v.screen())
	}
}

// Where a table follows, nothing of the board is left but why something failed.
func TestBoardGivesWay(t *testing.T) {
	for name, want := range map[string][]string{
		"passed": {prompt, "TABLE"},
		"failed": {
			prompt, `[linux/arm64 3/3] RUN for i in 1 2 3 4 5 6; do echo "compiling f…: exit code: 7`,
			"  | compiling file 1", "  | compiling file 2", "  | compiling file 3", "  | compiling file 4",
			"  | compiling file 5", "  | compiling file 6", `  | boom \x1b[2Jred`, "TABLE",
		},
	} {
		v := newTerminal(80, 24)
		v.picture.end(v.play(plugintest.Recording(t, name)), true)
		_, _ = v.Write([]byte("TABLE\n"))
		assert.DeepEqual(t, strings.Split(strings.TrimSpace(v.screen()), "\n"), want)
	}
}

// A terminal that becomes another breaks the lines that were drawn; those of the next picture are in their place.
func TestBoardAfterResize(t *testing.T) {
	list := plugintest.Recording(t, "passed")
	part := until(list, 2500*time.Millisecond)
	for _, size := range []board.Size{{Width: 50, Height: 24}, {Width: 20, Height: 24}, {Width: 120, Height: 40}} {
		v, fresh := newTerminal(80, 24), newTerminal(size.Width, size.Height)
		at := v.play(part)
		v.become(size.Width, size.Height)
		fresh.play(part)
		v.picture.tick(at)
		assert.Equal(t, v.screen(), fresh.screen(), "%v", size)
		v.play(list[len(part):])
		fresh.play(list[len(part):])
		assert.Equal(t, v.screen(), fresh.screen(), "%v", size)
	}
}

// What is interrupted says so, and the cursor stands under it.
func TestBoardWhenCanceled(t *testing.T) {
	v := newTerminal(80, 24)
	v.picture.end(v.play(until(plugintest.Recording(t, "passed"), 2500*time.Millisecond)), false)
	_, _ = v.Write([]byte("ERROR: interrupted\n"))
	lines := strings.Split(strings.TrimSpace(v.screen()), "\n")
	assert.Equal(t, len(lines), 5, v.screen())
	for _, i := range []int{2, 3} {
		assert.Check(t, strings.HasPrefix(lines[i], "■ linux/") && strings.Contains(lines[i], "canceled"), lines[i])
	}
	assert.Equal(t, lines[4], "ERROR: interrupted")
}

// Four platforms, and what one of them writes, have room on the usual terminal; forty have it on none, and those of
// which there is most to say are shown.
func TestBoardOfManyPlatforms(t *testing.T) {
	for _, n := range []int{4, 40} {
		v, now := newTerminal(80, 24), time.Unix(1000, 0)
		for i := range n {
			name := fmt.Sprintf("linux/arch%d", i)
			started := now.Add(time.Duration(i) * time.Second)
			id := digest.FromString(name)
			status := &client.SolveStatus{Vertexes: []*client.Vertex{{Digest: id, Name: "[" + name + " 1/2] RUN make"}}}
			if i%2 == 0 || i == n-1 {
				status.Vertexes[0].Started = &started
				for line := range 30 {
					status.Logs = append(status.Logs, &client.VertexLog{Vertex: id, Data: fmt.Appendf(nil, "line %d\n", line)})
				}
			}
			if i == n-1 {
				status.Vertexes[0].Started, status.Vertexes[0].Completed = &started, &started
				status.Vertexes[0].Error = "exit code: 1"
			}
			v.play([]plugintest.Recorded{{Status: status, At: started}})
		}
		golden.Assert(t, v.screen(), fmt.Sprintf("board-of-%d.golden", n))
	}
}

// Nothing that a step is called, or writes, moves the cursor.
func TestBoardOfHostileWords(t *testing.T) {
	const evil = "\x1b[2J\x1b[H\u009b31m\rforged\nforged\ta\x1b]0;title\a"
	v, now := newTerminal(80, 24), time.Unix(1000, 0)
	id := digest.FromString("evil")
	v.play([]plugintest.Recorded{{At: now, Status: &client.SolveStatus{
		Vertexes: []*client.Vertex{{Digest: id, Name: "[linux/amd64 1/1] RUN " + evil, Started: &now}},
		Statuses: []*client.VertexStatus{{ID: evil, Vertex: id, Name: evil, Current: 5, Total: 10}},
		Logs:     []*client.VertexLog{{Vertex: id, Data: []byte(evil + "\n")}},
		Warnings: []*client.VertexWarning{{Short: []byte(evil)}},
	}}})
	for i, line := range strings.Split(v.screen(), "\n") {
		assert.Check(t, i > 0 || line == prompt, line)
		assert.Check(t, i != 1 || strings.HasPrefix(line, "building with"), line)
		assert.Check(t, !strings.HasPrefix(line, "forged"), line)
	}
	assert.Check(t, strings.Contains(v.screen(), `RUN \x1b[2J\x1b[H\x9b31m\x0dforged`), v.screen())
}
