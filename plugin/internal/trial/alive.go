package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/moby/moby/api/types/system"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/internal/pulse"
)

// enginePulse is how an engine is asked for a sign of life, on a connection that carries nothing else: what a network
// loses is told by no other, and an engine that has lost its containerd waits for a container without end.
func enginePulse() pulse.Pulse {
	return pulse.Pulse{Every: 5 * time.Second, Wait: 8 * time.Second, Misses: 3}
}

// containerdPulse is how an engine is asked of what it consists, which it says once its containerd has answered it. It
// takes a busy one longer than a sign of life.
func containerdPulse() pulse.Pulse {
	return pulse.Pulse{Every: 5 * time.Second, Wait: 12 * time.Second, Misses: 3}
}

// silence says that an engine gives no sign of life.
type silence struct{ last error }

// Error implements error.
func (s *silence) Error() string {
	if _, is := errors.AsType[*stuck](s.last); is {
		p := containerdPulse()
		return fmt.Sprintf("its containerd does not answer (asked %d times, waiting %s each)", p.Misses, p.Wait)
	}
	p := enginePulse()
	if _, is := errors.AsType[*headless](s.last); is {
		return fmt.Sprintf("it has lost its containerd (asked %d times, every %s)", p.Misses, p.Wait)
	}
	return fmt.Sprintf("it gives no sign of life (asked %d times, waiting %s each): %s", p.Misses, p.Wait, s.last)
}

// Unwrap gives what it said last.
func (s *silence) Unwrap() error { return s.last }

// headless says that an engine answers, and has no containerd.
type headless struct{}

// Error implements error.
func (*headless) Error() string { return "it has no containerd" }

// stuck says that an engine answers, and that its containerd does not.
type stuck struct{}

// Error implements error.
func (*stuck) Error() string { return "its containerd does not answer" }

// pinger is what can be asked for a sign of life.
type pinger interface {
	Ping(ctx context.Context, options dockerclient.PingOptions) (dockerclient.PingResult, error)
	ServerVersion(
		ctx context.Context,
		options dockerclient.ServerVersionOptions,
	) (dockerclient.ServerVersionResult, error)
}

// alive returns a context that ends when an engine gives no sign of life any more, or when done is called.
func alive(ctx context.Context, engine pinger) (living context.Context, done func()) {
	v := &vital{engine: engine}
	v.sign = v.signOf
	answering, answered := v.watch(ctx)
	living, cancel := context.WithCancelCause(answering)
	go func() {
		if containerdPulse().Lost(living, v.consists) {
			cancel(&silence{&stuck{}})
		}
	}()
	return living, func() {
		cancel(nil)
		answered()
	}
}

// living is [alive] for what tests on this bench: an engine, or nodes of a cluster.
func (b *Bench) living(ctx context.Context) (living context.Context, done func()) {
	if b.nodes == nil {
		return alive(ctx, b.host.EngineClient())
	}
	return (&vital{sign: b.nodes.Alive, silent: b.nodes.Silent}).watch(ctx)
}

// watch returns a context that ends when there is no sign of life any more, or when done is called.
func (v *vital) watch(ctx context.Context) (living context.Context, done func()) {
	living, cancel := context.WithCancelCause(ctx)
	go func() {
		if enginePulse().Lost(living, v.ask) {
			cancel(&silence{v.lastError()})
		}
	}()
	return living, func() { cancel(nil) }
}

// vital is what is known of an engine's life. Its questions may overlap.
type vital struct {
	// sign asks for one, and silent is the node of which it waits for one; it may be nil.
	sign   func(context.Context) error
	silent func() string
	engine pinger
	// whole is true once the engine has had its containerd.
	whole atomic.Bool
	last  atomic.Pointer[error]
}

// ask asks for a sign of life, and keeps why there is none.
func (v *vital) ask(ctx context.Context) error {
	err := v.sign(ctx)
	v.last.Store(&err)
	return err
}

// signOf asks an engine; the error is that of one that gives no sign, or that has lost the containerd which it had.
func (v *vital) signOf(ctx context.Context) error {
	if _, err := v.engine.Ping(ctx, dockerclient.PingOptions{}); err != nil {
		return err
	}
	limited, done := context.WithTimeout(ctx, enginePulse().Wait/2)
	defer done()
	said, err := v.engine.ServerVersion(limited, dockerclient.ServerVersionOptions{})
	switch {
	case err != nil: // it lives, and takes its time to say of what it consists
	case slices.ContainsFunc(said.Components, isContainerd):
		v.whole.Store(true)
	case v.whole.Load():
		return &headless{}
	}
	return nil
}

// consists asks an engine of what it consists, and waits for it. That it cannot say it is an answer, too.
func (v *vital) consists(ctx context.Context) error {
	if !v.whole.Load() {
		return nil // it has told of no containerd until now
	}
	_, _ = v.engine.ServerVersion(ctx, dockerclient.ServerVersionOptions{})
	return ctx.Err()
}

// isContainerd tells the part of an engine that it names for as long as it reaches it.
func isContainerd(c system.ComponentVersion) bool { return c.Name == "containerd" }

// lastError is what the last question ended with, or for whom it waits.
func (v *vital) lastError() error {
	if v.silent != nil && v.silent() != "" {
		return fmt.Errorf("node %s does not answer", v.silent())
	}
	if err := v.last.Load(); err != nil && *err != nil {
		return *err
	}
	return context.DeadlineExceeded
}
