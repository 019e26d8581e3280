package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// prepare looks at every tag, of all targets, before the first byte is sent.
func (d *delivering) prepare(ctx context.Context) error {
	var refused releaseErrors
	for i, s := range d.shipments {
		repository, err := d.session.pushed(ctx, d.targets[i])
		if err == nil {
			d.prepared[i], err = manifest.Prepare(ctx, repository, s.blobs, s.publication, d.session.pw)
		}
		if err != nil {
			refused = append(refused, d.failed(i, err))
		}
		if s.refused != nil {
			refused = append(refused, s.refused)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if len(refused) > 0 {
		return refused
	}
	return nil
}

// write takes all targets through the steps together, so that no tag is written before all that any of them needs is
// there.
func (d *delivering) write(ctx context.Context) error {
	for _, step := range []func(*manifest.Prepared, context.Context) error{
		(*manifest.Prepared).Upload, (*manifest.Prepared).Ready,
	} {
		for i, prepared := range d.prepared {
			if err := step(prepared, ctx); err != nil {
				return d.failed(i, err)
			}
		}
	}
	for i, prepared := range d.prepared {
		result, err := prepared.Tag(ctx)
		if err != nil {
			return d.failed(i, err)
		}
		d.outcome.published = append(d.outcome.published, delivered{d.targets[i], d.shipments[i], result})
		if d.shipments[i].done == nil {
			continue
		}
		if err := d.shipments[i].done(); err != nil {
			failed := d.failed(i, err)
			failed.unnoted = true
			return failed
		}
	}
	return nil
}

// plan finds out what would be sent of all that was prepared.
func (d *delivering) plan(ctx context.Context) error {
	for i, prepared := range d.prepared {
		if prepared == nil {
			continue // why is known
		}
		missing, err := prepared.Missing(ctx)
		if err != nil {
			return d.failed(i, err)
		}
		d.outcome.planned = append(d.outcome.planned, planned{
			target: d.targets[i], shipment: d.shipments[i],
			tags: prepared.Tags(), missing: missing, index: prepared.Body(),
		})
	}
	return nil
}

// failed adds to an error of a target what every tag holds now.
func (d *delivering) failed(i int, err error) *releaseError {
	if publishing, ok := errors.AsType[*manifest.PublishError](err); ok {
		err = fmt.Errorf("publishing %q: %w", d.targets[i].tagged()[0], publishing.Err)
	}
	e := &releaseError{target: d.targets[i], err: err}
	if i < len(d.shipments) {
		e.index = d.shipments[i].publication.Index.Digest
		for _, arch := range d.shipments[i].publication.ArchTags {
			e.archTags = append(e.archTags, arch.Tag)
		}
	}
	for i, t := range d.targets {
		switch {
		case i < len(d.outcome.published):
			e.tags = append(e.tags, writtenStates(t, d.outcome.published[i].result)...)
		case d.prepared[i] != nil:
			e.tags = append(e.tags, openStates(t, d.prepared[i])...)
		default:
			e.tags = append(e.tags, unchangedStates(t)...)
		}
	}
	return e
}
