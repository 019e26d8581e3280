package board

import (
	"slices"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Board is what is known of all that goes on. The zero value knows of nothing. It is for one goroutine.
type Board struct {
	// Title stands above all.
	Title string

	began time.Time
	ended time.Time
	rows  []*Row
	// steps are in the order in which they were heard of.
	steps []*step
	byID  map[digest.Digest]*step
	// stand are the steps that stand for rows.
	stand map[digest.Digest]*Row
	notes []string
}

// Row is one platform, or a target of one.
type Row struct {
	name, how string
	steps     []*step
	labels    map[digest.Digest]label
	// began is when the first of its steps did.
	began, ended time.Time
	verdict      string
	// announced tells that its end is, too.
	announced bool
	fault     bool
}

// Write takes what is new.
func (b *Board) Write(status *client.SolveStatus, now time.Time) {
	if b.began.IsZero() {
		b.began = now
	}
	for _, v := range status.Vertexes {
		b.vertex(v, now)
	}
	for _, st := range status.Statuses {
		if r := b.stand[st.Vertex]; r != nil {
			r.verdict = st.ID
		} else if s := b.byID[st.Vertex]; s != nil {
			s.status(st)
			moved, _ := s.bytes()
			s.rate.note(moved, now)
		}
	}
	for _, l := range status.Logs {
		if s := b.byID[l.Vertex]; s != nil {
			s.write(l.Data)
		}
	}
	for _, w := range status.Warnings {
		b.note("WARNING: " + string(w.Short))
	}
}

// Close says that nothing more comes: what is not done by now was called off.
func (b *Board) Close(now time.Time) {
	b.ended = now
	for _, r := range b.rows {
		if r.verdict == "" && (r.announced || len(r.running()) > 0) {
			r.verdict, r.ended = canceled, now
		}
	}
}

// vertex takes one vertex.
func (b *Board) vertex(v *client.Vertex, now time.Time) {
	if name, how, is := shown.Parse(v); is {
		r := b.row(name)
		if b.stand == nil {
			b.stand = map[digest.Digest]*Row{}
		}
		b.stand[v.Digest] = r
		r.announced = true
		r.told(v, how, now)
		return
	}
	if shown.IsNote(v) && parse(v.Name, b.names()).row == "" {
		b.note(v.Name)
		return
	}
	s := b.byID[v.Digest]
	if s == nil {
		s = &step{id: v.Digest}
		if b.byID == nil {
			b.byID = map[digest.Digest]*step{}
		}
		b.byID[v.Digest] = s
		b.steps = append(b.steps, s)
	}
	s.update(v, now)
	l := parse(v.Name, b.names())
	if l.row == "" && len(b.rows) == 1 && l.tag != "" { // BuildKit names no platform where there is one
		l.row = b.rows[0].name
	}
	if l.row != "" {
		b.row(l.row).take(s, l)
	}
}

// note keeps a line, once.
func (b *Board) note(line string) {
	if !slices.Contains(b.notes, line) {
		b.notes = append(b.notes, line)
	}
}

// names are those of the rows.
func (b *Board) names() []string {
	names := make([]string, len(b.rows))
	for i, r := range b.rows {
		names[i] = r.name
	}
	return names
}

// row is the one of a name, which is made where there is none.
func (b *Board) row(name string) *Row {
	for _, r := range b.rows {
		if r.name == name {
			return r
		}
	}
	r := &Row{name: name, labels: map[digest.Digest]label{}}
	b.rows = append(b.rows, r)
	return r
}

// common are the steps that belong to no row.
func (b *Board) common() (list []*step) {
	for _, s := range b.steps {
		if len(s.rows) == 0 && s.begunAlready() {
			list = append(list, s)
		}
	}
	return list
}
