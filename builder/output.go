package builder

import (
	"errors"
	"sync"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	solvererrdefs "github.com/moby/buildkit/solver/errdefs"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// mostOutput is how many bytes of what a step writes are kept: its end.
const mostOutput = 16 << 10

// outputs is a display that remembers what the steps write which have not ended well.
type outputs struct {
	progress.Writer

	mu    sync.Mutex
	steps map[digest.Digest]*output
}

// output is the end of what one step has written.
type output struct {
	text []byte
	cut  bool
	// names are what platforms call the step, and heard the pieces: one that several share is told to each of them.
	names, heard map[string]bool
}

// Write implements [progress.Writer].
func (o *outputs) Write(status *client.SolveStatus) {
	o.note(status)
	o.Writer.Write(status)
}

// note keeps what is written, and forgets the steps that went well.
func (o *outputs) note(status *client.SolveStatus) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.steps == nil {
		o.steps = map[digest.Digest]*output{}
	}
	for _, v := range status.Vertexes {
		if v.Completed != nil && v.Error == "" {
			delete(o.steps, v.Digest)
		} else {
			o.step(v.Digest).names[v.Name] = true
		}
	}
	for _, log := range status.Logs {
		o.step(log.Vertex).add(log.Data)
	}
}

// step is what is known of a step.
func (o *outputs) step(id digest.Digest) *output {
	if o.steps[id] == nil {
		o.steps[id] = &output{names: map[string]bool{}, heard: map[string]bool{}}
	}
	return o.steps[id]
}

// add takes one piece.
func (o *output) add(data []byte) {
	if len(o.names) > 1 && o.heard[string(data)] {
		return
	}
	const most = 1 << 8
	if len(o.heard) > most {
		clear(o.heard)
	}
	o.heard[string(data)] = true
	o.text = append(o.text, data...)
	if over := len(o.text) - mostOutput; over > 0 {
		o.text, o.cut = append([]byte(nil), o.text[over:]...), true
	}
}

// of is what the step wrote that ended in an error; empty where no step did, or it was silent.
func (o *outputs) of(err error) string {
	var failed *solvererrdefs.VertexError
	if !errors.As(err, &failed) || failed.Vertex == nil {
		return ""
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	step := o.steps[digest.Digest(failed.Digest)]
	if step == nil {
		return ""
	}
	text := visible.Output(step.text)
	if step.cut {
		text = "… " + text
	}
	return text
}
