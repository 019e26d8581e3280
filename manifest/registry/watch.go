package registry

import (
	"context"
	"errors"
	"sync"
	"time"
)

// What an answer was not, though some of it came.
const (
	whole = "whole "
	quick = "quick "
)

// idleError says that a host kept silent for too long.
type idleError struct {
	limit time.Duration
	// part says of what there was none, if not of any answer.
	part string
}

// Error implements error.
func (e *idleError) Error() string { return "no " + e.part + "answer for " + e.limit.String() }

// dripped tells that something came, so slowly that it would be waited for once more in vain.
func (e *idleError) dripped() bool { return e.part == whole || e.part == quick }

// Timeout marks it as one of those network errors that may pass (net.Error).
func (e *idleError) Timeout() bool { return true }

// watch is the timer of one request.
type watch struct {
	waited *waited
	timer  *time.Timer
	cancel context.CancelCauseFunc
	// ctx is the request's own, kept for its cause.
	ctx context.Context
	// document is true of an answer that has to come as a whole; layer ends the count of one that is a layer.
	document bool
	layer    func()

	mu sync.Mutex
	// limit is how long the next part may take; spent tells that it is short because so much was late before.
	limit time.Duration
	spent bool
	// began is when the answer's body was begun, and bytes what came of it.
	began time.Time
	bytes int64
	// few counts the bytes since something moved, and drops the reads that brought them: many are an answer in drops,
	// and not one that stopped.
	few, drops int
}

// enough is how many bytes of an answer have to come for it to count as moving: one now and then is none.
const enough = 4 << 10

// expire ends the request for the time it took.
func (w *watch) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	silence := &idleError{limit: w.limit}
	switch {
	case w.spent:
		silence = w.tooLate()
	case w.drops > 2:
		silence.part = whole
	}
	w.cancel(silence)
}

// tooLate is the error of an answer that is late after many that were.
func (w *watch) tooLate() *idleError { return &idleError{limit: w.waited.together, part: quick} }

// moved is told of bytes that were sent.
func (w *watch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reset(w.limit)
}

// reset has the request end after d, unless it has.
func (w *watch) reset(d time.Duration) {
	if w.ctx.Err() == nil {
		w.timer.Reset(d)
	}
}

// answered is told of an answer's headers. The error is for one that came too late.
func (w *watch) answered() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.document {
		w.reset(w.limit)
		return nil
	}
	if w.waited.tooLate(w) {
		return w.tooLate()
	}
	most := w.waited.document
	w.limit = w.waited.left(most)
	w.spent = w.limit < most
	w.began = time.Now()
	w.waited.expect(w)
	w.reset(w.limit)
	return nil
}

// came is told of bytes of an answer's body. The error is for what came too late.
func (w *watch) came(n int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bytes += int64(n)
	if w.few += n; n > 0 && w.few >= enough {
		w.few, w.drops = 0, 0
	} else if n > 0 {
		w.drops++
	}
	switch {
	case !w.document && n > 0 && w.few == 0:
		w.reset(w.limit)
	case w.document && w.waited.tooLate(w):
		return w.tooLate()
	case w.document && n > 0:
		w.waited.extend(w, atSlowest(int64(n)))
		w.reset(time.Until(w.began.Add(w.limit + atSlowest(w.bytes))))
	}
	return nil
}

// stop ends the watch.
func (w *watch) stop() {
	w.timer.Stop()
	silence, _ := errors.AsType[*idleError](context.Cause(w.ctx))
	w.cancel(context.Canceled)
	w.layer()
	w.waited.end(w, silence == nil)
}

// cause returns the silence in place of err, if that is what ended the request.
func (w *watch) cause(err error) error {
	if silence, ok := errors.AsType[*idleError](context.Cause(w.ctx)); ok {
		return silence
	}
	return err
}
