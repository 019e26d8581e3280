package registry

import (
	"context"
	"sync"
	"time"
)

// gate holds back all requests to a host that asked for a pause.
type gate struct {
	clock Clock

	mu    sync.Mutex
	until map[string]time.Time
}

func newGate(clock Clock) *gate {
	return &gate{clock: clock, until: map[string]time.Time{}}
}

// close shuts the gate of host for d, or leaves it shut for longer.
func (g *gate) close(host string, d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := g.clock.Now().Add(d); until.After(g.until[host]) {
		g.until[host] = until
	}
}

// left is how long the gate of host stays shut.
func (g *gate) left(host string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.until[host].Sub(g.clock.Now())
}

// wait returns when the gate of host is open, or ctx ended.
func (g *gate) wait(ctx context.Context, host string) error {
	for {
		d := g.left(host)
		if d <= 0 {
			return nil
		}
		if err := sleep(ctx, g.clock, d); err != nil {
			return err
		}
	}
}
