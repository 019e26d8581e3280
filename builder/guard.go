package builder

import (
	"context"
	"fmt"
	"net"

	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"google.golang.org/grpc"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// guardDrivers puts each of buildx's drivers behind a guard, in buildx's own table. buildx asks its drivers in
// goroutines of its own, where nobody could catch what an answer that they do not expect makes of them: the container
// of a builder without a state, from an engine that is no Docker Engine. It is for a command's start, before anything
// reads the table; the second time it changes nothing. What a node is asked through a guard ends with its [life].
func guardDrivers() {
	for _, name := range []string{ContainerDriver, DockerDriver, RemoteDriver, KubernetesDriver} {
		factory, err := driver.GetFactory(name, false)
		if _, guarded := factory.(guardedFactory); err == nil && !guarded {
			driver.Register(guardedFactory{factory})
		}
	}
}

// guardedFactory makes drivers that are guarded.
type guardedFactory struct{ driver.Factory }

// New implements driver.Factory.
func (f guardedFactory) New(ctx context.Context, config driver.InitConfig) (made driver.Driver, err error) {
	guarded := guardedDriver{endpoint: config.EndpointAddr, name: f.Name(), life: newLife()}
	defer guarded.caught(&err)
	if guarded.Driver, err = f.Factory.New(ctx, config); err != nil {
		return nil, err
	}
	return guarded, nil
}

// guardedDriver is a driver whose panics are errors of the engine.
type guardedDriver struct {
	driver.Driver
	name, endpoint string
	life           *life
}

// RequiresUncachedClient implements driver.UncachedClientDriver.
func (d guardedDriver) RequiresUncachedClient() bool {
	inner, ok := d.Driver.(driver.UncachedClientDriver)
	return ok && inner.RequiresUncachedClient()
}

// caught makes an error of a panic.
func (d guardedDriver) caught(err *error) {
	if reason := recover(); reason != nil {
		*err = errdefs.Classify(fmt.Errorf(
			"the engine at %s gave an answer that buildx's driver %s does not understand: %v", d.endpoint, d.name, reason,
		), errdefs.ErrNotReady)
	}
}

// Bootstrap implements driver.Driver.
func (d guardedDriver) Bootstrap(ctx context.Context, log progress.Logger) (err error) {
	defer d.caught(&err)
	return d.Driver.Bootstrap(ctx, log)
}

// Info implements driver.Driver.
func (d guardedDriver) Info(ctx context.Context) (info *driver.Info, err error) {
	defer d.caught(&err)
	if d.name == RemoteDriver {
		_, _ = d.Client(ctx) // it keeps the first client that it makes, which is to end with the life of the node
	}
	question, done := patiently(ctx, d.endpoint)
	defer done()
	info, err = d.Driver.Info(question)
	if silent := silence(question); silent != nil && (err != nil || info.Status != driver.Running) {
		return nil, silent // which some drivers keep to themselves
	}
	return info, err
}

// Version implements driver.Driver.
func (d guardedDriver) Version(ctx context.Context) (version string, err error) {
	defer d.caught(&err)
	return d.Driver.Version(ctx)
}

// Stop implements driver.Driver.
func (d guardedDriver) Stop(ctx context.Context, force bool) (err error) {
	defer d.caught(&err)
	return d.Driver.Stop(ctx, force)
}

// Rm implements driver.Driver.
func (d guardedDriver) Rm(ctx context.Context, force, rmVolume, rmDaemon bool) (err error) {
	defer d.caught(&err)
	return d.Driver.Rm(ctx, force, rmVolume, rmDaemon)
}

// Dial implements driver.Driver.
func (d guardedDriver) Dial(ctx context.Context) (conn net.Conn, err error) {
	defer d.caught(&err)
	return d.Driver.Dial(ctx)
}

// Client implements driver.Driver.
func (d guardedDriver) Client(ctx context.Context, opts ...client.ClientOpt) (made *client.Client, err error) {
	defer d.caught(&err)
	opts = append(opts, client.WithGRPCDialOption(grpc.WithChainUnaryInterceptor(d.asked)))
	return d.Driver.Client(ctx, append(opts, d.life.options()...)...)
}

// Features implements driver.Driver.
func (d guardedDriver) Features(ctx context.Context) (features map[driver.Feature]bool, err error) {
	defer d.caught(&err)
	return d.Driver.Features(ctx)
}

// HostGatewayIP implements driver.Driver.
func (d guardedDriver) HostGatewayIP(ctx context.Context) (ip net.IP, err error) {
	defer d.caught(&err)
	return d.Driver.HostGatewayIP(ctx)
}
