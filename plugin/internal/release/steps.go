package release

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// prepare looks at every tag, of all targets, before the first byte is sent.
func (d *delivering) prepare(ctx context.Context) error {
	var refused Errors
	for i, s := range d.shipments {
		s.Publication.AtOnce = len(d.shipments) == 1 && len(s.companions) == 0
		repository, err := d.session.pushed(ctx, d.targets[i])
		if err == nil {
			d.prepared[i], err = publish.Prepare(ctx, repository, s.blobs, s.Publication, d.session.pw)
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
	rows := d.show()
	err := d.writeAll(ctx)
	verdict, fault := d.verdict(ctx, err)
	for _, row := range rows {
		row.End(verdict, fault)
	}
	return err
}

// verdict is what came of the platforms, which have every tag together: a tag that was written is published, whatever
// came after it.
func (d *delivering) verdict(ctx context.Context, err error) (verdict, fault string) {
	switch published := len(d.outcome.Published); {
	case published == len(d.targets):
		return "published", ""
	case published > 0:
		return fmt.Sprintf("%d of %d names", published, len(d.targets)), err.Error()
	case ctx.Err() != nil:
		return shown.Canceled, err.Error()
	}
	return "not published", err.Error()
}

// show puts a row on the display for each platform.
func (d *delivering) show() (rows []*shown.Row) {
	if d.session.pw == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, s := range d.shipments {
		for _, image := range s.Platforms {
			if name := platform.Format(image.Platform); !seen[name] {
				seen[name] = true
				rows = append(rows, shown.Begin(d.session.pw, name, ""))
			}
		}
	}
	return rows
}

// writeAll is write without a word.
func (d *delivering) writeAll(ctx context.Context) error {
	for _, step := range []func(*publish.Prepared, context.Context) error{
		(*publish.Prepared).Upload, (*publish.Prepared).Ready,
	} {
		for i, prepared := range d.prepared {
			if err := step(prepared, ctx); err != nil {
				return d.failed(i, err)
			}
		}
	}
	if err := d.beforeTags(ctx); err != nil {
		return err
	}
	for i, prepared := range d.prepared {
		result, err := prepared.Tag(ctx)
		if err != nil {
			return d.failed(i, err)
		}
		d.sinceFirst(d.targets[i], result.Tags)
		d.outcome.Published = append(d.outcome.Published, Delivered{d.targets[i], d.shipments[i], result})
		if d.shipments[i].done == nil {
			continue
		}
		if err := d.shipments[i].done(); err != nil {
			failed := d.failed(i, err)
			failed.Unnoted = true
			return failed
		}
	}
	return nil
}

// beforeTags takes along what belongs to the images, and looks whether they may have their tags still.
func (d *delivering) beforeTags(ctx context.Context) error {
	for i := range d.shipments {
		if err := d.takeAlong(ctx, i); err != nil {
			return d.failed(i, err)
		}
	}
	for i, shipment := range d.shipments {
		if shipment.still == nil {
			continue
		}
		if err := shipment.still(ctx); err != nil {
			return d.failed(i, err)
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
		d.outcome.Planned = append(d.outcome.Planned, Planned{
			Target: d.targets[i], Shipment: d.shipments[i],
			Tags: prepared.Tags(), Missing: missing, Index: prepared.Body(),
		})
	}
	return nil
}

// failed adds to an error of a target what every tag holds now.
func (d *delivering) failed(i int, err error) *Error {
	if publishing, ok := errors.AsType[*publish.Error](err); ok {
		err = fmt.Errorf("publishing %q: %w", d.targets[i].Tagged()[0], publishing.Err)
	}
	e := &Error{Target: d.targets[i], Err: err}
	if i < len(d.shipments) {
		e.Index = d.shipments[i].Publication.Index.Digest
		for _, arch := range d.shipments[i].Publication.ArchTags {
			e.ArchTags = append(e.ArchTags, arch.Tag)
		}
	}
	if i >= len(d.outcome.Published) && d.prepared[i] != nil {
		e.Halfway = d.prepared[i].Begun()
	}
	for i, t := range d.targets {
		switch {
		case i < len(d.outcome.Published):
			e.Tags = append(e.Tags, writtenStates(t, d.outcome.Published[i].Result)...)
		case d.prepared[i] != nil:
			e.Tags = append(e.Tags, openStates(t, d.prepared[i])...)
		default:
			e.Tags = append(e.Tags, unchangedStates(t)...)
		}
	}
	d.rememberEarlier(e.Tags)
	return e
}
