package registry

import (
	"context"
	"sync"
	"time"
)

// maxAtOnce is how many requests to one host are on their way at once.
const maxAtOnce = 8

// lanes bound the requests to each host that wait for their answers. Reading an
// answer's body takes no lane, so that an upload can read from the same host.
type lanes struct {
	mu     sync.Mutex
	byHost map[string]chan struct{}
}

func newLanes() *lanes { return &lanes{byHost: map[string]chan struct{}{}} }

// enter waits for a lane to host, or for the end of ctx.
func (l *lanes) enter(ctx context.Context, host string) (leave func(), err error) {
	lane := l.of(host)
	select {
	case lane <- struct{}{}:
		return func() { <-lane }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *lanes) of(host string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byHost[host] == nil {
		l.byHost[host] = make(chan struct{}, maxAtOnce)
	}
	return l.byHost[host]
}

// pauses hold back all requests to a host that asked for one.
type pauses struct {
	clock Clock

	mu    sync.Mutex
	until map[string]time.Time
}

// newPauses knows of no pause yet.
func newPauses(clock Clock) *pauses {
	return &pauses{clock: clock, until: map[string]time.Time{}}
}

// add has a host left alone for d, or for longer where it is already.
func (p *pauses) add(host string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.clock.Now().Add(d); until.After(p.until[host]) {
		p.until[host] = until
	}
}

// left is how long a host is to be left alone.
func (p *pauses) left(host string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.until[host].Sub(p.clock.Now())
}

// wait returns when a host may be asked again, or ctx ended.
func (p *pauses) wait(ctx context.Context, host string) error {
	for {
		d := p.left(host)
		if d <= 0 {
			return nil
		}
		if err := sleep(ctx, p.clock, d); err != nil {
			return err
		}
	}
}
