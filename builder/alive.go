package builder

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli/command"
	"github.com/moby/buildkit/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/docker-multiplat/docker-multiplat/internal/pulse"
)

// nodePulse is how nodes are asked whether they are there: a silence of 21 seconds, or of 24 where it began right after
// an answer, is a loss.
func nodePulse() pulse.Pulse {
	return pulse.Pulse{Every: 3 * time.Second, Wait: 7 * time.Second, Misses: 3}
}

// watchNodes asks nodes on other machines for a sign of life as long as they work, each on a connection of its own:
// theirs may be full. One that is lost fails all that is asked of it. The caller calls stop at the end.
func (b *Builder) watchNodes(ctx context.Context, at ...int) (stop func()) {
	ctx, end := context.WithCancel(ctx)
	var group sync.WaitGroup
	seen := map[*life]bool{}
	for _, i := range at {
		node := b.nodes[i]
		alive := lifeOf(node)
		if alive == nil || seen[alive] || isHere(b.dockerCLI, node.Endpoint) {
			continue
		}
		seen[alive] = true
		group.Go(func() {
			if nodePulse().Lost(ctx, b.askAfter(ctx, node, alive)) {
				alive.end(&LostNodeError{Node: node.Name, Endpoint: node.Endpoint, Silent: nodePulse().Patience()})
			}
		})
	}
	return func() { end(); group.Wait() }
}

// lifeOf is the life of a node's driver; nil where there is none.
func lifeOf(node buildxbuilder.Node) *life {
	if node.Driver == nil {
		return nil
	}
	guarded, ok := node.Driver.Driver.(guardedDriver)
	if !ok {
		return nil
	}
	return guarded.life
}

// isHere tells whether a node is on this machine, from where it cannot be cut off. A socket that is forwarded looks the
// same.
func isHere(dockerCLI command.Cli, endpoint string) bool {
	if !strings.Contains(endpoint, "://") { // the name of a docker context
		meta, err := dockerutil.GetDockerEndpoint(dockerCLI, endpoint)
		if err != nil || meta == nil {
			return false
		}
		endpoint = meta.Host
	}
	scheme, _, _ := strings.Cut(endpoint, "://")
	return scheme == "unix" || scheme == "npipe" || scheme == "fd"
}

// askAfter is askNode, and ends the life of a node whose builder was removed.
func (b *Builder) askAfter(ctx context.Context, node buildxbuilder.Node, alive *life) func(context.Context) error {
	ask := askNode(ctx, node)
	return func(asking context.Context) error {
		err := ask(asking)
		if err != nil && ctx.Err() == nil && b.isRemoved() {
			alive.end(&RemovedBuilderError{b.Name})
		}
		return err
	}
}

// isRemoved tells that somebody has removed the builder.
func (b *Builder) isRemoved() bool { return b.removed != nil && b.removed() }

// askNode returns what asks a node for a sign of life, until ctx ends. A connection that breaks is made anew by the
// next question.
func askNode(ctx context.Context, node buildxbuilder.Node) func(context.Context) error {
	connect := sync.OnceValues(func() (*client.Client, error) {
		retry := backoff.DefaultConfig
		retry.MaxDelay = time.Second
		opts := []client.ClientOpt{
			client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return node.Driver.Dial(ctx) }),
			client.WithGRPCDialOption(grpc.WithConnectParams(grpc.ConnectParams{
				Backoff: retry, MinConnectTimeout: nodePulse().Patience(),
			})),
		}
		if at := authorityOf(node); at != "" {
			opts = append(opts, client.WithGRPCDialOption(grpc.WithAuthority(at)))
		}
		c, err := client.New(ctx, "", opts...)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = c.Close() })
		}
		return c, err
	})
	own := func(ctx context.Context) error {
		c, err := connect()
		if err != nil {
			return err
		}
		return askOver(ctx, c)
	}
	working := func(ctx context.Context) error {
		c, err := node.Driver.Client(ctx)
		if err != nil {
			return err
		}
		return askOver(ctx, c)
	}
	return func(ctx context.Context) error { return askBoth(ctx, own, working) }
}

// askBoth asks over a connection of its own and, where that cannot be made, over the one that the node works on: where
// it is silent on that, so is this.
func askBoth(ctx context.Context, own, working func(context.Context) error) error {
	if err := own(ctx); err == nil || ctx.Err() != nil {
		return err
	}
	err := working(ctx)
	if _, silent := errors.AsType[*SilentNodeError](err); silent {
		<-ctx.Done()
	}
	return err
}

// askOver asks for a sign of life over a connection.
func askOver(ctx context.Context, c *client.Client) error {
	_, err := c.Info(ctx)
	if status.Code(err) == codes.Unimplemented {
		return nil // which is an answer, too
	}
	return err
}

// authorityOf is what a node of the driver remote is called by proxies on the way, as its driver does.
func authorityOf(node buildxbuilder.Node) string {
	if name := node.DriverOpts["servername"]; name != "" {
		return name
	}
	at, err := url.Parse(node.Endpoint)
	if err != nil {
		return ""
	}
	return at.Host
}
