package builder

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/grpc"
	"gotest.tools/v3/assert"
)

// A call that waits for a node ends when the node is lost, with the name of the node, and a later one as well.
func TestLifeEndsCalls(t *testing.T) {
	alive, lost := newLife(), &LostNodeError{Node: "farm1", Endpoint: "tcp://farm:1234"}
	waits := func(ctx context.Context, _ string, _, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
		alive.end(lost)
		<-ctx.Done()
		return ctx.Err()
	}
	for range 2 {
		err := alive.unary(t.Context(), "/Solve", nil, nil, nil, waits)
		assert.Assert(t, errors.Is(err, lost), err)
	}
	opens := func(
		ctx context.Context, _ *grpc.StreamDesc, _ *grpc.ClientConn, _ string, _ ...grpc.CallOption,
	) (grpc.ClientStream, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	_, err := alive.stream(t.Context(), nil, nil, "/Session", opens)
	assert.Assert(t, errors.Is(err, lost), err)
}

// Answers, and the faults of calls to a node that is there, stay what they are.
func TestLifeLeavesCalls(t *testing.T) {
	alive, fault := newLife(), errors.New("refused")
	for _, want := range []error{nil, fault} {
		err := alive.unary(t.Context(), "/Solve", nil, nil, nil,
			func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error { return want })
		assert.Equal(t, err, want)
	}
	assert.NilError(t, alive.lost())
}
