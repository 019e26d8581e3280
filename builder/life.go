package builder

import (
	"context"
	"fmt"
	"time"

	"github.com/moby/buildkit/client"
	"google.golang.org/grpc"
)

// LostNodeError is a node that was there, and has stopped to answer while it worked.
type LostNodeError struct {
	Node, Endpoint string
	// Silent is how long nothing was heard of it; 0: the connection to it broke.
	Silent time.Duration
}

// Error implements error.
func (e *LostNodeError) Error() string {
	if e.Silent == 0 {
		return fmt.Sprintf("node %q %s is lost: the connection to it broke, its BuildKit may have ended",
			e.Node, Where(e.Endpoint))
	}
	return fmt.Sprintf("node %q %s is lost: it has not answered for %s, its network or its machine may be down",
		e.Node, Where(e.Endpoint), e.Silent)
}

// RemovedBuilderError is a builder that somebody has removed while it worked.
type RemovedBuilderError struct{ Builder string }

// Error implements error.
func (e *RemovedBuilderError) Error() string {
	return fmt.Sprintf("builder %q was removed meanwhile", e.Builder)
}

// life is that of a node: it ends when the node is lost, and every call to the node with it. A connection to a machine
// that is gone ends by itself after a quarter of an hour, if ever.
type life struct {
	ctx context.Context
	end context.CancelCauseFunc
}

// newLife begins one.
func newLife() *life {
	ctx, end := context.WithCancelCause(context.Background()) //nolint:forbidigo // it lasts as long as its driver
	return &life{ctx: ctx, end: end}
}

// lost is why it has ended; nil: it has not.
func (l *life) lost() error {
	if l == nil {
		return nil
	}
	return context.Cause(l.ctx)
}

// options make a client's calls end with it.
func (l *life) options() []client.ClientOpt {
	return []client.ClientOpt{
		client.WithGRPCDialOption(grpc.WithChainUnaryInterceptor(l.unary)),
		client.WithGRPCDialOption(grpc.WithChainStreamInterceptor(l.stream)),
	}
}

// bound is a context that ends with it as well.
func (l *life) bound(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(l.ctx, func() { cancel(context.Cause(l.ctx)) })
	return ctx, func() { stop(); cancel(nil) }
}

// reason is the error of a call, which is that of the life where this has ended.
func (l *life) reason(err error) error {
	if lost := l.lost(); err != nil && lost != nil {
		return lost
	}
	return err
}

// unary implements grpc.UnaryClientInterceptor.
//
//nolint:revive // its arguments are those of grpc
func (l *life) unary(
	ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, call grpc.UnaryInvoker,
	opts ...grpc.CallOption,
) error {
	ctx, done := l.bound(ctx)
	defer done()
	return l.reason(call(ctx, method, req, reply, conn, opts...))
}

// stream implements grpc.StreamClientInterceptor.
//
//nolint:revive // its arguments are those of grpc
func (l *life) stream(
	ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer,
	opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	ctx, done := l.bound(ctx)
	opened, err := open(ctx, desc, conn, method, opts...)
	if err != nil {
		done()
		return nil, l.reason(err)
	}
	context.AfterFunc(opened.Context(), done)
	return opened, nil
}
