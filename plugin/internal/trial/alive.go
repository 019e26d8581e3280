package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/moby/moby/api/types/system"
	dockerclient "github.com/moby/moby/client"
)

// An engine is asked for a sign of life, on a connection that carries nothing else: what a network loses is told by no
// other, and an engine that has lost its containerd waits for a container without end. One that gives no sign so many
// times in a row is lost.
const (
	lifeEvery = 5 * time.Second
	lifeLimit = 8 * time.Second
	lifeTries = 3
)

// silence says that an engine gives no sign of life.
type silence struct{ last error }

// Error implements error.
func (s *silence) Error() string {
	if _, is := errors.AsType[*headless](s.last); is {
		return fmt.Sprintf("it has lost its containerd (asked %d times, every %s)", lifeTries, lifeEvery)
	}
	return fmt.Sprintf("it gives no sign of life (asked %d times, waiting %s each): %s", lifeTries, lifeLimit, s.last)
}

// Unwrap gives what it said last.
func (s *silence) Unwrap() error { return s.last }

// headless says that an engine answers, and has no containerd.
type headless struct{}

// Error implements error.
func (*headless) Error() string { return "it has no containerd" }

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
	living, cancel := context.WithCancelCause(ctx)
	go func() {
		whole, _ := hasContainerd(living, engine)
		every := time.NewTicker(lifeEvery)
		defer every.Stop()
		for missed := 0; ; {
			select {
			case <-living.Done():
				return
			case <-every.C:
			}
			err := silent(living, engine, whole)
			if err == nil {
				missed = 0
				continue
			}
			if missed++; missed == lifeTries && living.Err() == nil {
				cancel(&silence{err})
				return
			}
		}
	}()
	return living, func() { cancel(nil) }
}

// silent asks for a sign of life; the error is that of an engine that gives none, or that has lost the containerd which
// it had when it was whole.
func silent(ctx context.Context, engine pinger, whole bool) error {
	limited, done := context.WithTimeout(ctx, lifeLimit)
	defer done()
	if _, err := engine.Ping(limited, dockerclient.PingOptions{}); err != nil {
		return err
	}
	if has, err := hasContainerd(limited, engine); whole && err == nil && !has {
		return &headless{}
	}
	return nil
}

// hasContainerd tells whether an engine reaches its containerd: one that does names its version. An engine is not lost
// because it takes its time to say so.
func hasContainerd(ctx context.Context, engine pinger) (bool, error) {
	limited, done := context.WithTimeout(ctx, lifeLimit)
	defer done()
	said, err := engine.ServerVersion(limited, dockerclient.ServerVersionOptions{})
	return slices.ContainsFunc(
		said.Components,
		func(c system.ComponentVersion) bool { return c.Name == "containerd" },
	), err
}
