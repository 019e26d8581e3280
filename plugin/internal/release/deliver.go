package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Deliver signs in everywhere, locks, has the images assembled, checks every tag, uploads, and writes the tags last.
// The assembler was prepared. Of a failure the outcome is what was reached all the same; errors are *Error, or
// Errors where several targets are refused.
func Deliver(
	ctx context.Context, s *Session, targets []Target, a Assembler, r Request,
) (Outcome, error) {
	d := &delivering{
		session: s, request: r, targets: slices.Clone(targets), prepared: make([]*publish.Prepared, len(targets)),
	}
	err := within(ctx, r.Timeout, func(ctx context.Context) error { return d.run(ctx, a) })
	if r.DryRun {
		if unplanned := d.plan(ctx); unplanned != nil {
			err = Errors(slices.DeleteFunc([]error{unplanned, err}, func(e error) bool { return e == nil }))
		}
	}
	return d.outcome, err
}

// delivering is one run of deliver.
type delivering struct {
	session   *Session
	request   Request
	targets   []Target
	shipments []Shipment
	prepared  []*publish.Prepared
	outcome   Outcome
	// earlier are the tags that were written in earlier rounds.
	earlier map[string]publish.TagChange
}

// run does all of it, under the locks of the tags.
func (d *delivering) run(ctx context.Context, a Assembler) error {
	if err := d.open(ctx); err != nil {
		return err
	}
	unlock, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for rounds := 1; ; rounds++ {
		err := d.round(ctx, a)
		if err == nil || rounds == maxRounds || !d.mayAmendAgain(err) {
			return err
		}
		d.again()
	}
}

// round assembles, looks at every tag, and writes.
func (d *delivering) round(ctx context.Context, a Assembler) error {
	if err := d.assemble(ctx, a); err != nil {
		return err
	}
	if err := d.prepare(ctx); err != nil || d.request.DryRun {
		return err
	}
	return d.write(ctx)
}

// open signs in at every repository before anything else is asked or sent: a missing login of the last target must
// not leave the first ones published.
func (d *delivering) open(ctx context.Context) error {
	opened := make([]*registry.Repository, len(d.targets))
	for i, t := range d.targets {
		var err error
		if opened[i], err = d.session.pushed(ctx, t); err != nil {
			return d.failed(i, fmt.Errorf("opening %q: %w", t.Name.Name(), err))
		}
	}
	other := func(r *registry.Repository) bool { return r != opened[0] }
	if d.request.DryRun || !slices.ContainsFunc(opened, other) {
		return nil // a single one says at the first byte whether it may be pushed to
	}
	for i, r := range opened {
		if slices.Contains(opened[:i], r) {
			continue
		}
		if err := r.CheckPush(ctx); err != nil {
			return d.failed(i, fmt.Errorf("opening %q: %w", d.targets[i].Name.Name(), err))
		}
	}
	return nil
}

// lock takes the locks of all tags, unless nothing is to be written.
func (d *delivering) lock(ctx context.Context) (unlock func(), err error) {
	if d.request.DryRun {
		return func() {}, nil
	}
	return lockTags(ctx, d.session.host.StateFolder(), d.targets, d.session.Notify)
}

// assemble has the images made. What it does not say of a target is said of the first.
func (d *delivering) assemble(ctx context.Context, a Assembler) error {
	d.shipments = nil // of a round before
	shipments, err := a.assemble(ctx, d.session, d.request, slices.Clone(d.targets))
	if _, told := errors.AsType[*Error](err); err != nil && !told {
		return d.failed(0, err)
	}
	if err != nil {
		return err
	}
	d.remark(shipments)
	d.shipments = shipments
	for i := range d.targets {
		d.targets[i].Tags = shipments[i].Publication.Tags
	}
	return nil
}

// remark says of the platforms of the images what is easily taken for another, once.
func (d *delivering) remark(shipments []Shipment) {
	if d.earlier != nil { // it was said in the first round
		return
	}
	var names []string
	for _, one := range shipments {
		for _, image := range one.images() {
			names = append(names, platform.Format(image.Platform))
		}
	}
	for _, remark := range platform.Remarks(names) {
		d.session.Notify(remark)
	}
}

// within does work within a limit; 0 is none. What is known of tags when the time is over is kept; the reason is the
// time.
func within(ctx context.Context, limit time.Duration, work func(context.Context) error) error {
	if limit == 0 {
		return work(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := work(limited)
	if err == nil || ctx.Err() != nil || limited.Err() == nil {
		return err
	}
	over := failure.Wrap(registry.ErrUnavailable, fmt.Errorf("giving up after --timeout %s", limit), "")
	if known, ok := errors.AsType[*Error](err); ok {
		return known.because(over)
	}
	return over
}
