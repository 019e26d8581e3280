package view

import (
	"strings"
	"testing"
	"time"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// faulty is a picture that fails where it is told to.
type faulty struct{}

func (f faulty) write(*client.SolveStatus, time.Time) { panic("no\x1b[2J row") }
func (f faulty) tick(time.Time)                       { panic("no tick") }
func (f faulty) end(time.Time, bool)                  { panic("no end") }

// A display that fails ends nothing: what goes on is shown in plain lines, and that is said once.
func TestDisplayThatFails(t *testing.T) {
	fake := plugintest.NewCLI(t)
	d, err := (&Progress{Mode: "plain"}).Open(t.Context(), fake, "testing")
	assert.NilError(t, err)
	d.mu.Lock()
	d.picture = faulty{}
	d.mu.Unlock()
	for _, name := range []string{"first step", "second step"} {
		assert.NilError(t, progress.Wrap(name, d.Write, func(progress.SubLogger) error { return nil }))
	}
	assert.NilError(t, d.Wait())
	said := fake.Stderr.String()
	assert.Equal(t, strings.Count(said, "the display has failed"), 1, said)
	assert.Assert(t, strings.Contains(said, "first step") && strings.Contains(said, "second step"), said)
	assert.Assert(t, !strings.Contains(said, "\x1b"), "%q", said)
}

// Where plain lines fail too, nothing is shown; a picture that fails as time passes, or in the end, ends nothing either.
func TestDisplayThatFailsAltogether(t *testing.T) {
	for name, shows := range map[string]func(*Display){
		"write": func(d *Display) {
			d.Write(&client.SolveStatus{Vertexes: []*client.Vertex{{Digest: digest.FromString("a"), Name: "a"}}})
		},
		"tick": func(d *Display) { d.draw(func(p picture) { p.tick(time.Now()) }) },
		"end":  func(*Display) {},
	} {
		t.Run(name, func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			d, err := (&Progress{Mode: "plain"}).Open(t.Context(), fake, "testing")
			assert.NilError(t, err)
			d.mu.Lock()
			d.picture, d.plain = faulty{}, faulty{}
			d.mu.Unlock()
			shows(d)
			assert.NilError(t, d.Wait())
			assert.Equal(t, strings.Count(fake.Stderr.String(), "the display has failed"), 1, fake.Stderr.String())
		})
	}
}
