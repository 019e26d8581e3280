package release

import (
	"context"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// Ahead sends layers of images to all repositories while it is not decided yet whether they are published. What goes
// wrong with that, publishing will say: it sends what is not there.
type Ahead struct {
	session *Session
	targets []Target
	// ctx is that of all that is sent, and stop ends it.
	ctx     context.Context
	stop    context.CancelFunc
	sending sync.WaitGroup

	mu sync.Mutex
	to map[string]*publish.Ahead
}

// Ahead returns what sends to the repositories of names, which may be pushed to. It has to be ended.
func (s *Session) Ahead(ctx context.Context, names []reference.NamedTagged) *Ahead {
	a := &Ahead{session: s, targets: TargetsOf(names), to: map[string]*publish.Ahead{}}
	a.ctx, a.stop = context.WithCancel(ctx)
	return a
}

// Send begins to send the config and the layers of an image; stop ends that. Source says what it was built from.
func (a *Ahead) Send(blobs content.Provider, image manifest.Image, source map[string]string) (stop func()) {
	ctx, stop := context.WithCancel(a.ctx)
	desc := image.Manifest
	desc.Platform = &image.Platform
	for _, t := range a.targets {
		a.sending.Go(func() {
			to, err := a.open(ctx, t)
			if err != nil {
				return
			}
			_ = to.Send(ctx, blobs, desc, a.session.mountFrom(t, inputs.Bases(source)))
		})
	}
	return stop
}

// open opens the repository of a target.
func (a *Ahead) open(ctx context.Context, t Target) (*publish.Ahead, error) {
	repository, err := a.session.pushed(ctx, t)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.to[t.Name.Name()] == nil {
		a.to[t.Name.Name()] = publish.NewAhead(repository, a.session.pw)
	}
	return a.to[t.Name.Name()], nil
}

// End waits until all is sent that was not stopped, or, where nothing is to be published, stops it.
func (a *Ahead) End(published bool) {
	if !published {
		a.stop()
	}
	a.sending.Wait()
	a.stop()
}
