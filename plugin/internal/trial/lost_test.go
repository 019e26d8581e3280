package trial

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/system"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
)

// fading is an engine that gives so many signs of life, and then takes questions without an answer.
type fading struct{ signs atomic.Int32 }

// Ping implements pinger.
func (f *fading) Ping(ctx context.Context, _ dockerclient.PingOptions) (dockerclient.PingResult, error) {
	if f.signs.Add(-1) >= 0 {
		return dockerclient.PingResult{}, nil
	}
	<-ctx.Done()
	return dockerclient.PingResult{}, ctx.Err()
}

// ServerVersion implements pinger.
func (*fading) ServerVersion(
	context.Context, dockerclient.ServerVersionOptions,
) (dockerclient.ServerVersionResult, error) {
	return dockerclient.ServerVersionResult{}, nil
}

// beheaded is an engine whose containerd is away for a while.
type beheaded struct {
	fading
	from, until time.Time
}

// ServerVersion implements pinger.
func (b *beheaded) ServerVersion(
	context.Context, dockerclient.ServerVersionOptions,
) (dockerclient.ServerVersionResult, error) {
	said := dockerclient.ServerVersionResult{Components: []system.ComponentVersion{{Name: "Engine"}, {Name: "containerd"}}}
	if now := time.Now(); now.After(b.from) && now.Before(b.until) {
		said.Components = said.Components[:1]
	}
	return said, nil
}

// An engine that has lost its containerd answers, and waits for a container without end. One that is started again
// meanwhile is not lost.
func TestEngineWithoutContainerdIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		engine := &beheaded{from: began, until: began.Add(time.Hour)}
		engine.signs.Store(1000)
		living, done := alive(t.Context(), engine)
		defer done()
		<-living.Done()
		quiet, is := errors.AsType[*silence](context.Cause(living))
		assert.Assert(t, is)
		assert.ErrorContains(t, quiet, "it has lost its containerd")
		assert.Assert(t, time.Since(began) <= 30*time.Second, time.Since(began))

		p := enginePulse()
		back := p.Every + time.Duration(p.Misses-1)*p.Wait // when it is asked for the last time
		again := &beheaded{from: time.Now(), until: time.Now().Add(back)}
		again.signs.Store(1000)
		living, done = alive(t.Context(), again)
		defer done()
		time.Sleep(time.Hour) //nolint:forbidigo // the clock of the bubble
		assert.NilError(t, living.Err())
	})
}

// stunned is an engine whose containerd answers so many questions, and then takes them without an answer: then the
// engine does not say of what it consists either.
type stunned struct {
	fading
	whole bool
	said  atomic.Int32
}

// ServerVersion implements pinger.
func (s *stunned) ServerVersion(
	ctx context.Context, _ dockerclient.ServerVersionOptions,
) (dockerclient.ServerVersionResult, error) {
	if s.said.Add(-1) < 0 {
		<-ctx.Done()
		return dockerclient.ServerVersionResult{}, ctx.Err()
	}
	if !s.whole {
		return dockerclient.ServerVersionResult{}, nil
	}
	return dockerclient.ServerVersionResult{Components: []system.ComponentVersion{{Name: "containerd"}}}, nil
}

// An engine whose containerd hangs answers all the while, and loads and runs nothing: it is given up within a minute,
// and one that has never told of a containerd is not.
func TestEngineWhoseContainerdHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &stunned{whole: true}
		engine.signs.Store(1000)
		engine.said.Store(6)
		living, done := alive(t.Context(), engine)
		defer done()
		began := time.Now()
		<-living.Done()
		assert.ErrorContains(t, context.Cause(living), "its containerd does not answer (asked 3 times, waiting 12s each)")
		assert.Assert(t, time.Since(began) <= time.Minute, time.Since(began))

		other := &stunned{}
		other.signs.Store(1000)
		living, done = alive(t.Context(), other)
		defer done()
		time.Sleep(time.Hour) //nolint:forbidigo // the clock of the bubble
		assert.NilError(t, living.Err())
	})
}

// An engine whose network is gone answers nothing and ends nothing: it is given up within half a minute.
func TestSilentEngineIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fading{}
		engine.signs.Store(3)
		living, done := alive(t.Context(), engine)
		defer done()
		for range 3 {
			time.Sleep(enginePulse().Every) //nolint:forbidigo // the clock of the bubble
		}
		assert.NilError(t, living.Err())
		began := time.Now()
		<-living.Done()
		var quiet *silence
		assert.Assert(t, errors.As(context.Cause(living), &quiet))
		assert.ErrorContains(t, quiet, "no sign of life")
		assert.Assert(t, time.Since(began) <= 30*time.Second, time.Since(began))
	})
}

// A node that is silent is named, although no question to it has ended.
func TestSilentNodeIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := ""
		v := &vital{silent: func() string { return node }, sign: func(ctx context.Context) error {
			if node == "" {
				node = "arm1"
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		living, done := v.watch(t.Context())
		defer done()
		<-living.Done()
		assert.ErrorContains(t, context.Cause(living), "waiting 8s each): node arm1 does not answer")
	})
}

// Who lives is left alone, and nobody is asked once all is done.
func TestLivingEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fading{}
		engine.signs.Store(1000)
		living, done := alive(t.Context(), engine)
		time.Sleep(time.Hour) //nolint:forbidigo // the clock of the bubble
		assert.NilError(t, living.Err())
		done()
		synctest.Wait()
		assert.ErrorIs(t, context.Cause(living), context.Canceled)
	})
}

// Where the API of a cluster goes away in the middle of a test, it is said which Jobs may run on, and how they go.
func TestLostJobs(t *testing.T) {
	c := &cluster.Cluster{Context: "lab", Namespace: "ci"}
	b := &Bench{place: "kubernetes:lab/ci", cluster: c, nodes: &cluster.Pool{Cluster: c}}
	o := b.lost(Outcome{jobs: []string{"a", "b"}}, errors.New("it is gone"))
	assert.Check(t, is.Contains(o.Reason, "it is gone; Job a b may be left there: the next test there removes it, or: "+
		"kubectl --context lab --namespace ci delete job a b"))
	assert.Check(t, !strings.Contains(b.lost(Outcome{}, errors.New("it is gone")).Reason, "left there"))
}

// An image that was lost before its tests ran is told of as the engine would have run it: emulated where it is of
// another platform.
func TestLostBeforeTheTests(t *testing.T) {
	b := &Bench{place: "pi", Engine: engine.Engine{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}}}
	for arch, emulated := range map[string]bool{"amd64": false, "arm64": true} {
		o := b.lost(Outcome{Platform: ocispec.Platform{OS: "linux", Architecture: arch}}, errors.New("it is gone"))
		assert.Equal(t, o.On, "pi")
		assert.Equal(t, o.Emulated, emulated, arch)
	}
}
