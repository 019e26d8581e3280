package view

import (
	"sync"
	"time"

	"github.com/moby/buildkit/client"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
)

// history is what displays were fed with, one after the other, for a report.
type history struct {
	mu           sync.Mutex
	board        board.Board
	tamer        statusTamer
	began, ended time.Time
	// broken tells that it cannot be told any more: what is done must not end for the sake of it.
	broken bool
}

// Remember keeps what the displays are fed with that are opened from now on.
func (o *Progress) Remember() {
	if o.history == nil {
		o.history = &history{}
	}
}

// write takes what is new, but for what steps write; of nil nothing is kept.
func (h *history) write(status *client.SolveStatus, now time.Time) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.began.IsZero() {
		h.began = now
	}
	h.ended = now
	h.attempt(func() {
		h.board.Write(h.tamer.tame(&client.SolveStatus{Vertexes: status.Vertexes, Statuses: status.Statuses}), now)
	})
}

// past is what is kept so far: when it began, how long it took, and what each row was at.
func (h *history) past() (began time.Time, took time.Duration, rows map[string][]board.Stretch) {
	if h == nil {
		return began, took, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.attempt(func() { rows = h.board.Timeline(h.ended) })
	return h.began, h.ended.Sub(h.began), rows
}

// attempt does something, unless that has failed before.
func (h *history) attempt(do func()) {
	defer func() { h.broken = recover() != nil || h.broken }()
	if !h.broken {
		do()
	}
}
