package builder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/platforms"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/moby/buildkit/session"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// targetScheme is what the place of a build context begins with that is another work.
const targetScheme = "target:"

// solve is one platform of a work.
type solve struct {
	work     string
	platform ocispec.Platform
	node     string
	at       int
	engine   string // of which that node is a container
	life     *life
	watch    Watch
	sink     *sink
	discard  bool
	// takes are the solves whose results it builds on; taken tells that others build on its own.
	takes []*solve
	taken bool

	once  sync.Once
	ended chan struct{}
	// err is that of the solve; it is set when ended is closed.
	err error
}

// linked tells that it takes others, or is taken.
func (s *solve) linked() bool { return s.taken || len(s.takes) > 0 }

// end takes down how it ended.
func (s *solve) end(err error) {
	s.once.Do(func() {
		s.err = err
		close(s.ended)
	})
}

// blamed is the result of a solve, which names what it takes where that was not built: it is no fault of its own.
func (s *solve) blamed(r Result, over <-chan struct{}) Result {
	if r.Err == nil || !r.Canceled {
		return r
	}
	for _, other := range s.takes {
		select {
		case <-other.ended:
		case <-over:
		}
		select {
		case <-other.ended:
			if other.err != nil && !errors.Is(other.err, context.Canceled) {
				r.Awaited = append(r.Awaited, other.work)
			}
		default:
		}
	}
	if len(r.Awaited) > 0 {
		slices.Sort(r.Awaited)
		r.Awaited, r.Canceled = slices.Compact(r.Awaited), false
		r.Err = fmt.Errorf("building %s: not begun, because %s was not built", keyOf(s.work, s.platform),
			strings.Join(r.Awaited, ", "))
	}
	return r
}

// keyOf names a solve, also to whoever reads the progress.
func keyOf(work string, p ocispec.Platform) string {
	return strings.TrimSpace(work + " " + platforms.FormatAll(p))
}

// everyPlatform are the platforms of all works, each once.
func everyPlatform(works []Work) (all []ocispec.Platform) {
	seen := map[string]bool{}
	for _, w := range works {
		for _, p := range w.Request.Platforms {
			if name := platforms.FormatAll(p); !seen[name] {
				seen[name] = true
				all = append(all, p)
			}
		}
	}
	return all
}

// options are what buildx is to do, by the keys of the solves, which are made with them.
func (b *run) options(
	works []Work, auth session.Attachable, store content.Store,
) (map[string]buildxbuild.Options, error) {
	all := map[string]buildxbuild.Options{}
	for _, w := range works {
		options, err := w.Request.Targets(auth)
		if err != nil {
			return nil, err
		}
		for _, p := range w.Request.Platforms {
			o := options[platforms.FormatAll(p)]
			s := &solve{
				work: w.Name, platform: p, watch: w.Watch, discard: w.Discard, ended: make(chan struct{}),
				sink: &sink{Store: store, staged: w.Request.Stage.Used()},
			}
			if o.Exports[0].OutputStore = s.sink; w.Discard {
				o.Exports, o.Linked = nil, true
			}
			all[keyOf(w.Name, p)], b.solves[keyOf(w.Name, p)] = o, s
		}
	}
	for key, o := range all {
		if err := b.link(b.solves[key], o, works); err != nil {
			return nil, errdefs.Classify(fmt.Errorf("building %s: %w", key, err), errdefs.ErrInput)
		}
	}
	return all, nil
}

// link makes the build contexts of a solve that are other works those of its platform.
func (b *run) link(s *solve, o buildxbuild.Options, works []Work) error {
	for name, at := range o.Inputs.NamedContexts {
		target, is := strings.CutPrefix(at.Path, targetScheme)
		if !is {
			continue
		}
		i := slices.IndexFunc(works, func(w Work) bool { return w.Name == target && target != "" })
		if i < 0 {
			return fmt.Errorf("the build context %q is the target %q, which is not there", name, target)
		}
		p, err := platformFor(works[i], s.platform)
		if err != nil {
			return fmt.Errorf("the build context %q is the target %q: %w", name, target, err)
		}
		other := b.solves[keyOf(target, p)]
		other.taken = true
		s.takes = append(s.takes, other)
		o.Inputs.NamedContexts[name] = buildxbuild.NamedContext{Path: targetScheme + keyOf(target, p)}
	}
	return nil
}

// platformFor is the platform of a work that one for p takes: the same, or the only one that the work has.
func platformFor(w Work, p ocispec.Platform) (ocispec.Platform, error) {
	list := w.Request.Platforms
	if len(list) == 1 {
		return list[0], nil
	}
	for _, have := range list {
		if platforms.FormatAll(have) == platforms.FormatAll(p) {
			return have, nil
		}
	}
	return p, fmt.Errorf("it is not built for %s", platforms.FormatAll(p))
}
