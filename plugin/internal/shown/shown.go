// Package shown is what the use cases say of a platform as a whole, in the stream of progress that also carries the
// steps: that it is there, how its programs run, and what came of it. A row has any name: a platform, or a target with
// one.
package shown

import (
	"strings"
	"time"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/identity"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// How the programs of a platform run.
const (
	Native   = "native"
	Emulated = "emulated"
)

// Canceled is the verdict of what was called off.
const Canceled = "canceled"

// How says how the programs of a platform run. There is no emulator of another system: what is built for it is put
// together, and empty is the word.
func How(p ocispec.Platform, native bool) string {
	switch {
	case native:
		return Native
	case p.OS != "" && p.OS != "linux":
		return ""
	}
	return Emulated
}

// scheme begins what steps that stand for rows are known by. Those of a build are digests of what they do.
const scheme = "row:"

// Row is one row of the display. All may be said of nil, which is none.
type Row struct {
	pw     progress.Writer
	vertex client.Vertex
}

// Begin puts a row on the display; how is [Native], [Emulated], or empty where that is not known.
func Begin(pw progress.Writer, name, how string) *Row {
	r := &Row{pw: pw, vertex: client.Vertex{
		Digest: digest.Digest(scheme + identity.NewID()), Name: strings.TrimSpace("[" + name + "] " + how),
	}}
	r.write(&client.SolveStatus{})
	return r
}

// write sends the vertex of the row, a copy: what it passes may put a name before its own.
func (r *Row) write(status *client.SolveStatus) {
	vertex := r.vertex
	status.Vertexes = []*client.Vertex{&vertex}
	r.pw.Write(status)
}

// End says what came of the row, in the word of its verdict. fault is why, where it is no good one.
func (r *Row) End(verdict, fault string) {
	if r == nil {
		return
	}
	now := time.Now()
	r.vertex.Started, r.vertex.Completed, r.vertex.Error = &now, &now, fault
	r.write(&client.SolveStatus{Statuses: []*client.VertexStatus{{
		ID: verdict, Vertex: r.vertex.Digest, Timestamp: now, Started: &now, Completed: &now,
	}}})
}

// Note shows a line that is nothing to be done, and stays where steps come and go.
func Note(pw progress.Writer, line string) {
	now := time.Now()
	pw.Write(&client.SolveStatus{Vertexes: []*client.Vertex{{
		Digest: digest.FromString(identity.NewID()), Name: line, Started: &now, Completed: &now,
	}}})
}

// Of is a display for the steps of one row, or for the rows of one target: it puts the name before theirs, as buildx
// does. No name is put before those of all.
func Of(pw progress.Writer, name string) progress.Writer {
	return progress.WithPrefix(pw, name, name != "")
}

// Parse tells whether a step stands for a row, and for which.
func Parse(v *client.Vertex) (name, how string, is bool) {
	inner, begins := strings.CutPrefix(v.Name, "[")
	end := strings.LastIndexByte(inner, ']')
	if !begins || end < 0 || !strings.HasPrefix(string(v.Digest), scheme) {
		return "", "", false
	}
	return inner[:end], strings.TrimSpace(inner[end+1:]), true
}

// IsNote tells whether a step is a [Note]: one that took no time at all.
func IsNote(v *client.Vertex) bool {
	return v.Started != nil && v.Completed != nil && !v.Cached && v.Started.Equal(*v.Completed)
}
