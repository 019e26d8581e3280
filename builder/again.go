package builder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/containerd/platforms"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/util/grpcerrors"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/grpc/codes"
)

// isLoss tells whether a solve failed because its node went away, and not because of what was built: the node has not
// answered any more, or the connection to it broke.
func isLoss(alive *life, err error) bool {
	if err == nil || alive.lost() != nil {
		return err != nil
	}
	broke := func(words string) bool { return strings.Contains(err.Error(), words) }
	return grpcerrors.Code(err) == codes.Unavailable && slices.ContainsFunc(
		[]string{"error reading from server", "transport is closing", "connection error", "closing transport"}, broke)
}

// again is what becomes of a solve whose node was lost: it is built once more on another node, or replica, that can.
// What takes other works, or is taken by them, is not: their solves are on that node, too.
func (b *Builder) again(ctx context.Context, works []Work, to Sink) func(*solve, Result) Result {
	return func(s *solve, first Result) Result {
		if ctx.Err() != nil || !isLoss(s.life, first.Err) {
			return first
		}
		reason := b.loss(s.at, first.Err)
		first.Err = fmt.Errorf("building %s: %w", keyOf(s.work, s.platform), reason)
		i := slices.IndexFunc(works, func(w Work) bool { return w.Name == s.work })
		if _, removed := errors.AsType[*RemovedBuilderError](reason); removed ||
			b.last || b.reopen == nil || s.linked() || i < 0 {
			return first
		}
		work, looked := works[i], time.Now()
		other := b.standIn(ctx, s.platform, s.at, work.Natively)
		first.Took += time.Since(looked) // it is waited for
		if other == nil {
			return first
		}
		moved := other.Placements([]ocispec.Platform{s.platform})[0]
		begun, on := time.Now(), fmt.Sprintf("node %q", moved.Node)
		if moved.Node == b.nodes[s.at].Name {
			on = "another pod of it"
		}
		what := fmt.Sprintf("[%s] node %q is lost: building once more on %s", keyOf(s.work, s.platform),
			b.nodes[s.at].Name, on)
		_ = progress.Wrap(what, to.Display.Write, func(progress.SubLogger) error { return nil })
		second := first
		work.Request.Platforms = []ocispec.Platform{s.platform}
		work.Watch.Done = func(r Result) { second = r }
		if err := other.BuildAll(ctx, []Work{work}, 0, to); err != nil {
			first.Err = fmt.Errorf("%w; then on %s: %w", first.Err, on, err)
			return first
		}
		second.Took = first.Took + time.Since(begun)
		second.Moved = &moved
		if second.Err != nil {
			second.Err = fmt.Errorf("%w (node %q was lost before)", second.Err, b.nodes[s.at].Name)
		}
		return second
	}
}

// loss says why a node went away: its builder was removed, or it is lost.
func (b *Builder) loss(at int, err error) error {
	if b.isRemoved() {
		return &RemovedBuilderError{b.Name}
	}
	if lost, is := errors.AsType[*LostNodeError](err); is {
		return lost
	}
	return &LostNodeError{Node: b.nodes[at].Name, Endpoint: b.nodes[at].Endpoint}
}

// standIn is the builder without a node that is lost, where another can work for p: first another replica, then a node
// that runs p natively, then one that emulates it, unless it is to be native; nil: there is none. What was lost with it
// is none: where the API of a cluster is silent, all are.
func (b *Builder) standIn(ctx context.Context, p ocispec.Platform, lost int, natively bool) *Builder {
	if b.Driver == KubernetesDriver {
		if other := b.replica(ctx, lost); other != nil {
			return other
		}
	}
	other := b.without(lost)
	fits := func(emulated bool) bool {
		i := other.place(p)
		return i >= 0 && runs(other.nodes[i]) && lifeOf(other.nodes[i]).lost() == nil &&
			(emulated || platforms.Only(other.natives[i]).Match(p))
	}
	if fits(false) {
		return other
	}
	if left := b.left(); len(left) > 0 {
		asking, asked := b.soon(ctx, lost)
		more, err := b.reopen(asking, "", left)
		if asked(); err == nil {
			for i := range other.nodes {
				if left[other.nodes[i].Name] {
					other.nodes[i], other.natives[i] = more.nodes[i], more.natives[i]
				}
			}
		}
	}
	if fits(!natively) {
		return other
	}
	return nil
}

// without is the builder for one more try, in which a node is for nothing.
func (b *Builder) without(at int) *Builder {
	other := *b
	other.last = true
	other.nodes, other.natives = slices.Clone(b.nodes), slices.Clone(b.natives)
	gone := buildxbuilder.Node{Node: b.nodes[at].Node, Builder: b.Name, Err: lifeOf(b.nodes[at]).lost()}
	gone.Node.Platforms = nil
	if gone.Err == nil {
		gone.Err = &LostNodeError{Node: gone.Name, Endpoint: gone.Endpoint}
	}
	other.nodes[at], other.natives[at] = gone, ocispec.Platform{}
	return &other
}

// replicaPatience is how long what may take the place of a lost node of a cluster may take to answer: it took 20 s to
// know that it is lost, and where the API is silent, over which all are reached, so are the others. Kubernetes takes
// some time before it puts another pod in the place of one whose machine is silent.
const replicaPatience = 4 * time.Second

// soon bounds a question to what may take the place of a node of a cluster that fell silent, until it is answered: what
// is found lives in the context.
func (b *Builder) soon(ctx context.Context, lost int) (asking context.Context, answered func()) {
	if b.Driver != KubernetesDriver || lifeOf(b.nodes[lost]).lost() == nil {
		return ctx, func() {}
	}
	bound, giveUp := context.WithCancel(ctx)
	timer := time.AfterFunc(replicaPatience, giveUp)
	return bound, func() { timer.Stop() }
}

// replica is the builder for one more try, in which a node is another of its replicas, or the one that has taken its
// place: which one, its key decides. One that is not there any more may be listed still.
func (b *Builder) replica(ctx context.Context, at int) *Builder {
	name := b.nodes[at].Name
	ctx, answered := b.soon(ctx, at)
	defer answered()
	for _, key := range []string{" again", " and again"} {
		fresh, err := b.reopen(ctx, key, map[string]bool{name: true})
		if err == nil && runs(fresh.nodes[at]) {
			other := b.without(at)
			other.nodes[at], other.natives[at] = fresh.nodes[at], fresh.natives[at]
			return other
		}
	}
	return nil
}
