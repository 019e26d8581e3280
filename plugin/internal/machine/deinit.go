package machine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// DeinitRequest says what deinit is to take away.
type DeinitRequest struct {
	// Builder is the builder's name; empty: our own.
	Builder string
	// Emulators takes out of the kernel's table what init has put there.
	Emulators bool
}

// Deinit is one run of deinit.
type Deinit struct {
	state
	request DeinitRequest
	// persisted is the container of --persist as it was before anything was taken away.
	persisted binfmt.Persistence
	plan      DeinitPlan
}

// DeinitPlan is what deinit would take away.
type DeinitPlan struct {
	Builder   string
	Exists    bool
	Persisted bool
	Emulators []string
}

// NewDeinit contacts nothing. Whoever looks and runs holds the lock.
func NewDeinit(h dockercli.Host, request DeinitRequest) *Deinit {
	return &Deinit{state: state{host: h}, request: request}
}

// Look finds out what there is to take away.
func (d *Deinit) Look(ctx context.Context) (DeinitPlan, error) {
	name := d.builderName(d.request.Builder)
	exists, err := d.host.Builders().Exists(name)
	if err != nil {
		return d.plan, err
	}
	d.plan.Builder, d.plan.Exists = name, exists
	asked := create.Config{Name: name}
	if d.request.Builder != "" && !exists {
		asked.Driver = builder.RemoteDriver // as nothing of what is gone is in an engine
	}
	if err = d.inspect(ctx, asked, d.request.Emulators); err != nil {
		return d.plan, err
	}
	if d.record, err = ReadRecord(d.host); err != nil {
		return d.plan, err
	}
	if d.plan.Exists && !d.made(name) {
		return d.plan, failure.Wrap(errdefs.ErrNotReady, fmt.Errorf("builder %s was not made by init", name),
			"docker buildx rm "+visible.Quote(name), "nothing has been changed")
	}
	if d.absent {
		return d.plan, nil
	}
	if d.persisted, err = binfmt.Persisted(ctx, d.host.EngineClient()); err != nil {
		return d.plan, failure.Wrap(errdefs.ErrNotReady, err, "docker info")
	}
	d.plan.Persisted = len(d.persisted.Architectures) > 0
	err = d.lookAtEmulators(ctx)
	return d.plan, err
}

// made tells whether init has created the builder. The one it creates by default needs no record.
func (d *Deinit) made(name string) bool {
	return slices.Contains(d.record.Builders, name) || name == d.host.Builders().DefaultName()
}

// lookAtEmulators lists what init has added and what is still as it was added. Without the container of --persist
// nothing tells any more that it has put entries back after a boot: they are recorded as of this one.
func (d *Deinit) lookAtEmulators(ctx context.Context) error {
	if len(d.record.Emulators) == 0 || !d.request.Emulators && !d.plan.Persisted {
		return nil
	}
	found, err := d.knownTable(ctx)
	switch {
	case err != nil && d.request.Emulators:
		return &TableError{Amiss{err}}
	case err != nil:
		return context.Cause(ctx) // they stay in any case
	}
	for i := range d.record.Emulators {
		e := &d.record.Emulators[i]
		if !e.is(found, d.persisted) {
			continue
		}
		e.Boot = found.Boot
		if d.request.Emulators {
			d.plan.Emulators = append(d.plan.Emulators, e.Name)
		}
	}
	return nil
}

// knownTable reads the kernel's table, through the builder where it runs.
func (d *Deinit) knownTable(ctx context.Context) (binfmt.Table, error) {
	if d.plan.Exists {
		// what is wrong with it does not matter any more
		d.builder, _ = d.host.Builders().Load(ctx, d.plan.Builder, builder.Need{Any: true})
	}
	found, err := d.table(ctx)
	if err == nil && !found.Known {
		err = errors.New("the kernel's table of emulators cannot be read from here while no builder runs")
	}
	return found.Table, err
}
