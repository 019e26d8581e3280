package builder

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	solvererrdefs "github.com/moby/buildkit/solver/errdefs"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
)

// shown is a display that counts what it is given.
type shown struct{ statuses int }

func (s *shown) Write(*client.SolveStatus)               { s.statuses++ }
func (*shown) WriteBuildRef(string, string)              {}
func (*shown) ValidateLogSource(digest.Digest, any) bool { return true }
func (*shown) ClearLogSource(any)                        {}

// logOf is a piece of what a step writes.
func logOf(step, text string) *client.VertexLog {
	return &client.VertexLog{Vertex: digest.FromString(step), Data: []byte(text)}
}

// begun is the start of a step on a platform.
func begun(step, platform string) *client.Vertex {
	return &client.Vertex{Digest: digest.FromString(step), Name: "[" + platform + " 2/2] RUN " + step}
}

// What the step wrote that failed is kept, its end if it is long, whatever else is written at the same time.
func TestOutputOfTheFailedStep(t *testing.T) {
	display := &shown{}
	kept := &outputs{Writer: display}
	failed := func(step string) error {
		return fmt.Errorf("target x: %w", solvererrdefs.WrapVertex(errors.New("exit code: 1"), digest.FromString(step)))
	}
	for _, log := range []*client.VertexLog{
		logOf("cc", "app.c:1:\x1b[31m err"), logOf("other", "fine\n"), logOf("cc", "or\r\nab\rcd\x1b[2J\n"),
		logOf("cc", "^\n"), logOf("cc", "^\n"), logOf("long", strings.Repeat("x", 100_000)+"\nend\n"),
	} {
		kept.Write(&client.SolveStatus{
			Vertexes: []*client.Vertex{begun("cc", "linux/arm64")}, Logs: []*client.VertexLog{log},
		})
	}
	// what two platforms have in common is told to both
	kept.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{begun("shared", "linux/arm64")}, Logs: []*client.VertexLog{logOf("shared", "once\n")},
	})
	kept.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{begun("shared", "linux/amd64")}, Logs: []*client.VertexLog{logOf("shared", "once\n")},
	})
	assert.Equal(t, display.statuses, 8)
	assert.Equal(t, kept.of(failed("cc")), "app.c:1: error\nab\ncd\\x1b[2J\n^\n^")
	assert.Equal(t, kept.of(failed("shared")), "once")
	long := kept.of(failed("long"))
	assert.Check(t, len(long) <= mostOutput+10 && strings.HasPrefix(long, "… x") && strings.HasSuffix(long, "x\nend"))
	assert.Equal(t, kept.of(failed("silent")), "")
	assert.Equal(t, kept.of(errors.New("no step")), "")
	assert.Equal(t, kept.of(nil), "")

	done := time.Now()
	kept.Write(&client.SolveStatus{Vertexes: []*client.Vertex{{Digest: digest.FromString("other"), Completed: &done}}})
	assert.Equal(t, len(kept.steps), 3, "what went well is forgotten")
}
