package builder

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"gotest.tools/v3/assert"
)

// A node that went away is a loss; what it says of a build, or of a registry, is none.
func TestLoss(t *testing.T) {
	gone := newLife()
	gone.end(errors.New("no sign of life"))
	failed := errors.New("exit code: 1")
	assert.Assert(t, isLoss(gone, failed))
	assert.Assert(t, !isLoss(gone, nil))
	assert.Assert(t, !isLoss(newLife(), failed))
	assert.Assert(t, isLoss(nil, status.Error(codes.Unavailable, "error reading from server: EOF")))
	assert.Assert(t, !isLoss(nil, status.Error(codes.Unavailable, "registry.example.com: 503 Service Unavailable")))
	assert.Assert(t, !isLoss(nil, status.Error(codes.Unknown, "error reading from server: EOF")))
}

// A node that is gone with its builder is not stood in for: nothing is started of what somebody has removed.
func TestLossOfARemovedBuilder(t *testing.T) {
	b := withNodes([]string{"amd64"}, []string{"amd64"})
	b.Name = "farm"
	b.nodes[0].Endpoint = "tcp://farm:1"
	b.reopen = func(context.Context, string, map[string]bool) (*Builder, error) {
		t.Error("it is started anew")
		return nil, errors.New("gone")
	}
	s := &solve{platform: onLinux("amd64"), at: 0}
	broke := status.Error(codes.Unavailable, "error reading from server: EOF")
	gone := true
	b.removed = func() bool { return gone }
	after := b.again(t.Context(), []Work{{}}, Sink{})
	assert.Error(t, after(s, Result{Err: broke}).Err, `building linux/amd64: builder "farm" was removed meanwhile`)
	failed := errors.New("exit code: 1")
	assert.Equal(t, after(s, Result{Err: failed}).Err, failed)

	gone, b.last = false, true
	assert.Error(t, after(s, Result{Err: broke}).Err, `building linux/amd64: node "0" at tcp://farm:1 is lost: `+
		`the connection to it broke, its BuildKit may have ended`)
	s.life = newLife()
	s.life.end(&LostNodeError{Node: "0", Endpoint: "tcp://farm:1", Silent: 21 * time.Second})
	assert.ErrorContains(t, after(s, Result{Err: s.life.lost()}).Err, "it has not answered for 21s")
}

// A lost node is stood in for by one that runs the platform, before one that emulates it; that one not where the
// platform is to be native. One that nobody has asked yet is started for it.
func TestStandIn(t *testing.T) {
	arm64, asked := onLinux("arm64"), 0
	declared := func(b *Builder) *Builder {
		b.nodes[1].Node.Platforms = []ocispec.Platform{arm64}
		b.reopen = func(context.Context, string, map[string]bool) (*Builder, error) {
			asked++
			more := withNodes([]string{"amd64"}, []string{"arm64"}, []string{"arm64"})
			more.nodes[0], more.nodes[1] = buildxbuilder.Node{Node: b.nodes[0].Node}, buildxbuilder.Node{Node: b.nodes[1].Node}
			return more, nil
		}
		for i := range b.nodes {
			b.nodes[i].Driver = &driver.DriverHandle{}
		}
		return b
	}
	stands := func(b *Builder, natively bool) string {
		other := b.standIn(t.Context(), arm64, 1, natively)
		if other == nil {
			return "none"
		}
		assert.Assert(t, other.last)
		assert.Equal(t, len(b.nodes[1].Node.Platforms), 1) // it stays what it was
		return other.nodes[other.place(arm64)].Name
	}
	emulating := declared(withNodes([]string{"amd64", "arm64"}, []string{"arm64"}))
	emulating.reopen = func(context.Context, string, map[string]bool) (*Builder, error) { return nil, errors.New("gone") }
	assert.Equal(t, stands(emulating, false), "0")
	assert.Equal(t, stands(emulating, true), "none")
	three := declared(withNodes([]string{"amd64", "arm64"}, []string{"arm64"}, []string{"arm64"}))
	assert.Equal(t, stands(three, true), "2")
	assert.Equal(t, asked, 0)

	unknown := declared(withNodes([]string{"amd64", "arm64"}, []string{"arm64"}, []string{"arm64"}))
	unknown.nodes[2], unknown.natives[2] = buildxbuilder.Node{Node: unknown.nodes[2].Node}, ocispec.Platform{}
	assert.Equal(t, stands(unknown, true), "2")
	assert.Equal(t, asked, 1)
}

// The time of a platform has in it what it took to look for another node.
func TestTimeOfALoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := withNodes([]string{"amd64"})
		b.Driver = KubernetesDriver
		b.nodes[0].Driver = &driver.DriverHandle{}
		b.reopen = func(context.Context, string, map[string]bool) (*Builder, error) {
			<-time.After(3 * time.Second)
			return nil, errors.New("it is not there yet")
		}
		broke := Result{Err: status.Error(codes.Unavailable, "error reading from server: EOF"), Took: 10 * time.Second}
		lost := b.again(t.Context(), []Work{{}}, Sink{})(&solve{platform: onLinux("amd64")}, broke)
		assert.ErrorContains(t, lost.Err, "is lost")
		assert.Equal(t, lost.Took, 16*time.Second)
	})
}

// A node whose machine is silent is not waited for a second time: where no replica of it answers soon, nor one that
// nobody has asked yet, another node that can takes its place.
func TestStandInDoesNotWait(t *testing.T) {
	b := withNodes([]string{"amd64", "arm64"}, []string{"arm64"}, []string{"s390x"})
	b.Driver = KubernetesDriver
	alive := newLife()
	alive.end(&LostNodeError{Node: "1"})
	for i := range b.nodes[:2] {
		b.nodes[i].Driver = &driver.DriverHandle{}
	}
	b.nodes[1].Driver = &driver.DriverHandle{Driver: guardedDriver{life: alive}}
	b.reopen = func(ctx context.Context, _ string, _ map[string]bool) (*Builder, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	other := b.standIn(t.Context(), onLinux("arm64"), 1, false)
	assert.Assert(t, other != nil)
	assert.Equal(t, other.nodes[other.place(onLinux("arm64"))].Name, "0")
	assert.NilError(t, t.Context().Err())

	b.nodes[0].Driver = b.nodes[1].Driver
	assert.Assert(t, b.standIn(t.Context(), onLinux("arm64"), 1, false) == nil, "it is lost as well")
}
