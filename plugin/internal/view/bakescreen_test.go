package view

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// bake shows targets on three platforms: of each target one passed, one builds, and one waits.
func (v *emulated) bake(targets int) (last time.Time) {
	now := time.Unix(1000, 0)
	write := func(s *client.SolveStatus) { v.picture.write(v.tamer.tame(s), now) }
	for i := range targets {
		of := shown.Of(recorderOf(write), fmt.Sprintf("target%d", i))
		passed := shown.Begin(of, "linux/amd64", shown.Native)
		shown.Begin(of, "linux/arm64", shown.Emulated)
		shown.Begin(of, "linux/arm/v7", shown.Emulated)
		name := fmt.Sprintf("[target%d linux/arm64 2/2] RUN make", i)
		began := now
		write(&client.SolveStatus{
			Vertexes: []*client.Vertex{{Digest: digest.FromString(name), Name: name, Started: &began}},
			Logs:     []*client.VertexLog{{Vertex: digest.FromString(name), Data: []byte(strings.Repeat("cc -c x.c\n", 20))}},
		})
		passed.End("passed", "")
	}
	now = now.Add(2 * time.Second)
	v.picture.tick(now)
	return now
}

// Three targets on three platforms, and what one of them writes, have room on the usual terminal. Of more those are
// shown that are at work, and the others are counted.
func TestBoardOfBake(t *testing.T) {
	for _, n := range []int{3, 12} {
		v := newTerminal(80, 24)
		v.bake(n)
		golden.Assert(t, v.screen(), fmt.Sprintf("board-bake-%d.golden", n))
		assert.Equal(t, strings.Count(v.screen(), "building 1/1"), n)
		assert.Check(t, strings.HasPrefix(v.screen(), prompt))
		assert.Equal(t, strings.Contains(v.screen(), "… and 15 more: 3 waiting, 12 done\n"), n > 3, v.screen())
	}
}

// In the end the table of targets by platforms is where the board was.
func TestBoardOfBakeGivesWay(t *testing.T) {
	v := newTerminal(80, 24)
	v.picture.end(v.bake(12), true)
	_, _ = v.Write([]byte("TARGET  PLATFORM\n"))
	assert.Equal(t, v.screen(), prompt+"\nTARGET  PLATFORM\n")
}
