package view

import (
	"strings"
	"testing"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Names of steps, what they write and what they warn of are shown, not obeyed; what the display is given stays.
func TestDisplayOfHostileWords(t *testing.T) {
	const evil = "\x1b[2J\u009b31m\u202e\u2028\rERROR: forged"
	name, id := "RUN "+evil, digest.FromString("step")
	d := &statusTamer{}
	given := &client.SolveStatus{
		Vertexes: []*client.Vertex{{Digest: id, Name: name, Error: evil, ProgressGroup: &pb.ProgressGroup{Name: evil}}},
		Statuses: []*client.VertexStatus{{ID: evil, Vertex: id, Name: evil}},
		Logs:     []*client.VertexLog{{Vertex: id, Data: []byte(evil)}},
		Warnings: []*client.VertexWarning{{Short: []byte(evil), Detail: [][]byte{[]byte(evil)}}},
	}
	shown := d.tame(given)
	v, w := shown.Vertexes[0], shown.Warnings[0]
	for _, text := range []string{
		v.Name, v.Error, v.ProgressGroup.Name, shown.Statuses[0].ID, shown.Statuses[0].Name, string(shown.Logs[0].Data),
		string(w.Short), string(w.Detail[0]),
	} {
		assert.Check(t, strings.Contains(text, `\x1b[2J\x9b31m\u202e\u2028`), "%q", text)
		assert.Check(t, !strings.ContainsAny(text, "\x1b\u009b\u202e\u2028\r"), "%q", text)
	}
	assert.Equal(t, given.Vertexes[0].Name, name)
}

// A character of which the halves come one after the other is one; a stream that ends in the middle has none.
func TestDisplayOfHalfCharacters(t *testing.T) {
	d, step := &statusTamer{}, digest.FromString("step")
	out, errs := stream{step, 1}, stream{step, 2}
	assert.Equal(t, string(d.output(out, []byte("a\xc3"))), "a")
	assert.Equal(t, string(d.output(errs, []byte("b\n"))), "b\n")
	assert.Equal(t, string(d.output(out, []byte("\xa4\xe2\x82"))), "ä")
	assert.Equal(t, string(d.output(out, []byte("\xac \x1b[1;31mred\x1b[0m 1%\r2%\r\n\xff."))), "€ red 1%\n2%\n\\xff.")
}

// On a terminal of programs nothing is changed: they read JSON.
func TestDisplayOfPrograms(t *testing.T) {
	fake := plugintest.NewCLI(t)
	for mode, want := range map[string]string{"plain": `RUN \x1b[2J`, "rawjson": `RUN \u001b[2J`} {
		fake.Stderr.Reset()
		d, err := (&Progress{Mode: mode}).Open(t.Context(), fake, "testing")
		assert.NilError(t, err)
		assert.NilError(t, progress.Wrap("RUN \x1b[2J", d.Write, func(progress.SubLogger) error { return nil }))
		assert.NilError(t, d.Wait())
		assert.Check(t, strings.Contains(fake.Stderr.String(), want), "%s: %q", mode, fake.Stderr.String())
		assert.Check(t, !strings.Contains(fake.Stderr.String(), "\x1b"), "%q", fake.Stderr.String())
	}
}
