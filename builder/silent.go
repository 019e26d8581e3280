package builder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"google.golang.org/grpc"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// askLimit is how long a node may take to tell what it is: as long as it takes to log in to a small machine over ssh.
const askLimit = 15 * time.Second

// SilentNodeError is a node that takes connections, if that, and does not answer. It is of class [errdefs.ErrNotReady].
type SilentNodeError struct {
	Endpoint string
	// Waited is how long it was given.
	Waited time.Duration
}

// Error implements error.
func (e *SilentNodeError) Error() string {
	return fmt.Sprintf(
		"it has not answered %s for %s, its network or its machine may be down",
		Where(e.Endpoint),
		e.Waited,
	)
}

// Unwrap gives the class.
func (e *SilentNodeError) Unwrap() error { return errdefs.ErrNotReady }

// patiently is a context for a question to a node, which ends when the time of that is over.
func patiently(ctx context.Context, endpoint string) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, askLimit, &SilentNodeError{Endpoint: endpoint, Waited: askLimit})
}

// silence is that of the node, where the time of a question is over; nil: it is not.
func silence(question context.Context) error {
	if silent, is := errors.AsType[*SilentNodeError](context.Cause(question)); is {
		return silent
	}
	return nil
}

// askedAgain are the nodes to be asked once more before they are started, by their names: somebody else may have
// started them meanwhile. One that was silent has had its time, unless a replica of it may answer.
func (b *Builder) askedAgain() map[string]bool {
	list := map[string]bool{}
	for _, node := range b.nodes {
		_, silent := errors.AsType[*SilentNodeError](node.Err)
		replicas, _ := strconv.Atoi(node.DriverOpts["replicas"])
		if isAsked(node) && (!silent || replicas > 1) {
			list[node.Name] = true
		}
	}
	return list
}

// asked bounds the calls by which a node is asked what it is.
//
//nolint:revive // its arguments are those of grpc
func (d guardedDriver) asked(
	ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, call grpc.UnaryInvoker,
	opts ...grpc.CallOption,
) error {
	if !slices.Contains([]string{"/moby.buildkit.v1.Control/ListWorkers", "/moby.buildkit.v1.Control/Info"}, method) {
		return call(ctx, method, req, reply, conn, opts...)
	}
	question, done := patiently(ctx, d.endpoint)
	defer done()
	err := call(question, method, req, reply, conn, opts...)
	if silent := silence(question); err != nil && silent != nil {
		return silent
	}
	return err
}
