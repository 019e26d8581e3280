package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// deinitRequest says what deinit is to take away.
type deinitRequest struct {
	// builder is the builder's name; empty: our own.
	builder string
	// emulators takes out of the kernel's table what init has put there.
	emulators bool
}

// machineDeinit is one run of deinit.
type machineDeinit struct {
	state
	request deinitRequest
	// persisted is the container of --persist as it was before anything was taken away.
	persisted binfmt.Persistence
	plan      deinitPlan
}

// deinitPlan is what deinit would take away.
type deinitPlan struct {
	builder   string
	exists    bool
	persisted bool
	emulators []string
}

// newMachineDeinit contacts nothing. Whoever looks and runs holds the lock.
func newMachineDeinit(h host, request deinitRequest) *machineDeinit {
	return &machineDeinit{state: state{host: h}, request: request}
}

// look finds out what there is to take away.
func (d *machineDeinit) look(ctx context.Context) (deinitPlan, error) {
	err := d.inspect(ctx)
	if err != nil {
		return d.plan, err
	}
	if d.record, err = readMachine(d.host); err != nil {
		return d.plan, err
	}
	name := d.builderName(d.request.builder)
	d.plan.builder = name
	if d.plan.exists, err = d.host.builders().Exists(name); err != nil {
		return d.plan, fail(builder.ErrNotReady, err, "remove that file")
	}
	if d.plan.exists && !d.made(name) {
		return d.plan, fail(builder.ErrNotReady, fmt.Errorf("builder %s was not made by init", name),
			"docker buildx rm "+name, "nothing has been changed")
	}
	if d.persisted, err = binfmt.Persisted(ctx, d.host.engineClient()); err != nil {
		return d.plan, fail(builder.ErrNotReady, err, "docker info")
	}
	d.plan.persisted = len(d.persisted.Architectures) > 0
	err = d.lookAtEmulators(ctx)
	return d.plan, err
}

// made tells whether init has created the builder. The one it creates by default needs no record.
func (d *machineDeinit) made(name string) bool {
	return slices.Contains(d.record.Builders, name) || name == d.host.builders().DefaultName()
}

// lookAtEmulators lists what init has added and what is still as it was added. Without the container of --persist
// nothing tells any more that it has put entries back after a boot: they are recorded as of this one.
func (d *machineDeinit) lookAtEmulators(ctx context.Context) error {
	if len(d.record.Emulators) == 0 || !d.request.emulators && !d.plan.persisted {
		return nil
	}
	found, err := d.knownTable(ctx)
	switch {
	case err != nil && d.request.emulators:
		return &tableError{amiss{err}}
	case err != nil:
		return context.Cause(ctx) // they stay in any case
	}
	for i := range d.record.Emulators {
		e := &d.record.Emulators[i]
		if !e.is(found, d.persisted) {
			continue
		}
		e.Boot = found.Boot
		if d.request.emulators {
			d.plan.emulators = append(d.plan.emulators, e.Name)
		}
	}
	return nil
}

// knownTable reads the kernel's table, through the builder where it runs.
func (d *machineDeinit) knownTable(ctx context.Context) (binfmt.Table, error) {
	if d.plan.exists {
		// what is wrong with it does not matter any more
		d.builder, _ = d.host.builders().Load(ctx, d.plan.builder)
	}
	found, err := d.table(ctx)
	if err == nil && !found.Known {
		err = errors.New("the kernel's table of emulators cannot be read from here while no builder runs")
	}
	return found.Table, err
}
