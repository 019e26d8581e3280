package board

import (
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
)

// What a step that failed wrote stays in whole: the end of a line is often why. A line of a thousand columns leaves room
// for others.
func TestFaultIsReadInWhole(t *testing.T) {
	now := time.Unix(1000, 0)
	const why = "assertion failed: byte order of the header is wrong: got 0x1234, want 0x3412 (main.c:42)"
	id := digest.FromString("step")
	var b Board
	b.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{{
			Digest: id, Name: "[linux/s390x] testing app --header", Started: &now, Completed: &now, Error: "exit code 3, not 0",
		}},
		Logs: []*client.VertexLog{
			{Vertex: id, Data: []byte(why + "\n" + strings.Repeat("x", 2000) + "\nthe end\n"), Timestamp: now},
		},
	}, now)
	b.Close(now)
	for _, width := range []int{80, 40, 20} {
		var text []string
		for _, l := range b.Last(width, true) {
			assert.Check(t, runewidth.StringWidth(l.String()) < width, l.String())
			text = append(text, strings.TrimSpace(strings.TrimPrefix(l.String(), "  | ")))
		}
		if width < 40 { // there is no room for all
			continue
		}
		all := strings.Join(text, " ")
		assert.Check(t, strings.Contains(all, why), all)
		assert.Check(t, strings.Count(all, "x") < 6*width && strings.HasSuffix(all, "the end"), all)
	}
}
