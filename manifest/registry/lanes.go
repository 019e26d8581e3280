package registry

import (
	"context"
	"sync"
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
