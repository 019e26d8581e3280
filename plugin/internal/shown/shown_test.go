package shown

import (
	"testing"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// recorder keeps what it is told.
type recorder struct {
	progress.Writer
	vertexes []*client.Vertex
	statuses []*client.VertexStatus
}

// Write implements [progress.Writer].
func (r *recorder) Write(s *client.SolveStatus) {
	r.vertexes, r.statuses = append(r.vertexes, s.Vertexes...), append(r.statuses, s.Statuses...)
}

// A row is known by its name, also under a target; steps of a build are none, whatever they are called.
func TestRow(t *testing.T) {
	for target, want := range map[string]string{"": "linux/arm64", "web": "web linux/arm64"} {
		r := &recorder{}
		Begin(Of(r, target), "linux/arm64", Emulated).End("passed", "")
		assert.Equal(t, len(r.vertexes), 2)
		for _, v := range r.vertexes {
			name, how, is := Parse(v)
			assert.Check(t, is)
			assert.Equal(t, name, want)
			assert.Equal(t, how, Emulated)
			assert.Check(t, !IsNote(v) || v.Completed != nil)
		}
		assert.Equal(t, r.statuses[0].ID, "passed")
		assert.Equal(t, r.statuses[0].Vertex, r.vertexes[0].Digest)
	}
	_, _, is := Parse(&client.Vertex{Digest: digest.FromString("x"), Name: "[linux/arm64] emulated"})
	assert.Check(t, !is)
	var none *Row
	none.End("passed", "") // of what no row was begun for nothing is said
}

// A note is known from a step, also from one that took hardly any time.
func TestNote(t *testing.T) {
	r := &recorder{}
	Note(r, "mind this")
	assert.Check(t, IsNote(r.vertexes[0]))
	assert.NilError(t, progress.Wrap("a step", r.Write, func(progress.SubLogger) error { return nil }))
	assert.Check(t, !IsNote(r.vertexes[2]))
}

// Nothing is emulated for another system: it is put together.
func TestHow(t *testing.T) {
	assert.Equal(t, How(ocispec.Platform{OS: "linux", Architecture: "arm64"}, false), Emulated)
	assert.Equal(t, How(ocispec.Platform{OS: "linux", Architecture: "amd64"}, true), Native)
	assert.Equal(t, How(ocispec.Platform{OS: "windows", Architecture: "amd64"}, false), "")
}
