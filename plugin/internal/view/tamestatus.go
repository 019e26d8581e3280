package view

import (
	"bytes"
	"sync"
	"unicode/utf8"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// stream is one of the outputs of a step.
type stream struct {
	vertex digest.Digest
	number int
}

// statusTamer makes what is shown fit for a terminal.
type statusTamer struct {
	mu sync.Mutex
	// rest are the bytes of a character of which the end has not come yet.
	rest map[stream][]byte
}

// tame copies a status, fit for a terminal.
func (t *statusTamer) tame(status *client.SolveStatus) *client.SolveStatus {
	shown := &client.SolveStatus{}
	for _, v := range status.Vertexes {
		vertex := *v
		vertex.Name, vertex.Error = visible.Line(v.Name), visible.Line(v.Error)
		if v.ProgressGroup != nil {
			g := v.ProgressGroup
			vertex.ProgressGroup = &pb.ProgressGroup{Id: g.Id, Name: visible.Line(g.Name), Weak: g.Weak}
		}
		shown.Vertexes = append(shown.Vertexes, &vertex)
	}
	for _, s := range status.Statuses {
		step := *s
		step.ID, step.Name = visible.Line(s.ID), visible.Line(s.Name)
		shown.Statuses = append(shown.Statuses, &step)
	}
	for _, l := range status.Logs {
		log := *l
		log.Data = t.output(stream{l.Vertex, l.Stream}, l.Data)
		shown.Logs = append(shown.Logs, &log)
	}
	for _, w := range status.Warnings {
		warning := *w
		warning.Short = []byte(visible.Line(string(w.Short)))
		warning.Detail = nil
		for _, line := range w.Detail {
			warning.Detail = append(warning.Detail, []byte(visible.Line(string(line))))
		}
		shown.Warnings = append(shown.Warnings, &warning)
	}
	return shown
}

// output is what a step wrote: without colours, and with a new line where it went back to the start of one.
func (t *statusTamer) output(from stream, data []byte) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	data = append(t.rest[from], data...)
	whole := wholeCharacters(data)
	if t.rest == nil {
		t.rest = map[stream][]byte{}
	}
	t.rest[from] = bytes.Clone(data[whole:])
	return []byte(visible.Written(data[:whole]))
}

// wholeCharacters is how many bytes there are before a character that has begun and not ended.
func wholeCharacters(data []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(data); back++ {
		if at := len(data) - back; utf8.RuneStart(data[at]) {
			if utf8.FullRune(data[at:]) {
				break
			}
			return at
		}
	}
	return len(data)
}
