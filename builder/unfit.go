package builder

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/grpcerrors"
	"google.golang.org/grpc/codes"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// EngineNodeError is a node that was to be a BuildKit daemon and is a Docker Engine, which makes no images that leave
// it. It is of class [errdefs.ErrNotReady].
type EngineNodeError struct{ Endpoint string }

// Error implements error.
func (e *EngineNodeError) Error() string {
	return fmt.Sprintf("at %s is a Docker Engine without the containerd image store, and no BuildKit daemon: it exports "+
		"no images; make a docker context of it (docker context create NAME --docker host=%s), and a builder of "+
		"containers that has this as its node", e.Endpoint, e.Endpoint)
}

// Unwrap gives the class.
func (e *EngineNodeError) Unwrap() error { return errdefs.ErrNotReady }

// fit refuses a daemon that cannot export images, by what its workers tell. A Docker Engine speaks like a BuildKit, and
// says only at the end of each build that it has no such exporter; buildx takes it by the same mark for its own driver.
func fit(node buildxbuilder.Node, workers []*client.WorkerInfo) error {
	const prefix = "org.mobyproject.buildkit.worker."
	for _, w := range workers {
		_, snapshots := w.Labels[prefix+"snapshotter"]
		_, engine := w.Labels[prefix+"moby.host-gateway-ip"]
		if !snapshots && (engine || strings.HasSuffix(w.BuildkitVersion.Version, "-moby")) {
			return &EngineNodeError{Endpoint: node.Endpoint}
		}
	}
	return nil
}

// isRemote tells whether a node is of the driver remote.
func isRemote(node buildxbuilder.Node) bool {
	return node.Driver != nil && node.Driver.Factory().Name() == RemoteDriver
}

// unreached says why a node that its driver has waited for in vain is not reached.
func unreached(ctx context.Context, node buildxbuilder.Node, err error) error {
	late := errors.Is(err, context.DeadlineExceeded) || grpcerrors.Code(err) == codes.DeadlineExceeded
	if !isRemote(node) || !late || ctx.Err() != nil {
		return err
	}
	ctx, done := context.WithTimeout(ctx, time.Second)
	defer done()
	conn, dialed := node.Driver.Dial(ctx)
	if dialed != nil {
		return fmt.Errorf("it cannot be reached at %s: %w", node.Endpoint, dialed)
	}
	_ = conn.Close()
	return fmt.Errorf("what listens at %s does not answer as a BuildKit daemon does: %w", node.Endpoint, err)
}

// lateLimit is how long a node that takes no connection is waited for: as its driver does, unless its machine answers
// that nothing listens there, which is so while a daemon is started anew.
func lateLimit(err error) time.Duration {
	const drivers, anew = 20 * time.Second, 5 * time.Second
	if errors.Is(err, syscall.ECONNREFUSED) {
		return anew
	}
	return drivers
}

// tellLate says at once why a node is waited for, and for how long, which its driver does without a word.
func tellLate(pw progress.Writer, node buildxbuilder.Node, err error) {
	said := fmt.Sprintf(
		"it takes no connection at %s, and is waited for, for %s at most: %s",
		node.Endpoint,
		lateLimit(err),
		visible.Line(err.Error()),
	)
	_ = progress.Wrap(said, pw.Write, func(progress.SubLogger) error { return nil })
}
