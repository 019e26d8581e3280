package machine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Undone is what deinit has taken away, also where it did not come to its end.
type Undone struct {
	// Persisted is true where the container of --persist went.
	Persisted bool
	// Emulators are the entries that are gone from the kernel's table.
	Emulators []string
	// Builder is the builder that was to go, empty where it did not come to that; Removed is false where there was none.
	Builder string
	Removed bool
	// Remarks say what else was done.
	Remarks []string
}

// Run takes away what look has found.
func (d *Deinit) Run(ctx context.Context) (Undone, error) {
	done := Undone{Remarks: append(d.remarks, SweepAll(ctx, d.host)...)}
	if d.plan.Persisted {
		if _, err := binfmt.Unpersist(ctx, d.host.EngineClient()); err != nil {
			return done, failure.Wrap(errdefs.ErrNotReady, err, "docker rm -f "+binfmt.PersistName)
		}
		done.Persisted = true
	}
	if err := d.removeEmulators(ctx); err != nil {
		return done, err
	}
	done.Emulators = d.plan.Emulators
	claims := d.host.Builders().Claims(d.plan.Builder)
	removed, err := d.host.Builders().Remove(ctx, d.plan.Builder, false)
	if err != nil {
		return done, d.notRemoved(err)
	}
	done.Builder, done.Removed = d.plan.Builder, removed
	for _, command := range claims {
		done.Remarks = append(done.Remarks, "its cache stays in a persistent volume claim; to remove it: "+command)
	}
	d.record.Builders = slices.DeleteFunc(d.record.Builders, func(name string) bool { return name == d.plan.Builder })
	d.record.prove(d.plan.Builder, d.host.Endpoint(), nil)
	return done, WriteRecord(d.host, d.record)
}

// notRemoved is a builder of which something is still there, and cannot be told to go.
func (d *Deinit) notRemoved(err error) error {
	name, when := visible.Quote(d.plan.Builder), "once its nodes answer"
	if _, away := errors.AsType[*builder.AccessError](err); away {
		when = "once its cluster is to be had"
	}
	return failure.Wrap(errdefs.ErrNotReady, err, fmt.Sprintf("docker multiplat deinit --builder %s   (%s)", name, when),
		"to forget it, and leave what is there of it: docker buildx rm --force "+name)
}

// removeEmulators takes the entries out with the image that they came from, and looks whether they are gone.
func (d *Deinit) removeEmulators(ctx context.Context) error {
	if len(d.plan.Emulators) == 0 {
		return nil
	}
	image := d.emulatorImage()
	auth, err := d.host.RegistryAuth(image)
	if err == nil {
		err = binfmt.Pull(ctx, d.host.EngineClient(), image, auth)
	}
	if err == nil {
		_, err = binfmt.Install(ctx, d.host.EngineClient(), binfmt.Change{Image: image, Remove: d.plan.Emulators})
	}
	if err != nil {
		return &ImageError{Amiss: Amiss{err}, Image: image, Remove: d.plan.Emulators}
	}
	next := fmt.Sprintf("docker run --rm --privileged %s --uninstall %s", visible.Quote(image),
		visible.Quote(strings.Join(d.plan.Emulators, ",")))
	found, err := d.knownTable(ctx)
	if err != nil {
		return failure.Wrap(errdefs.ErrNotReady, err, next)
	}
	var left []string
	d.record.Emulators = slices.DeleteFunc(d.record.Emulators, func(e addedEmulator) bool {
		stays := e.is(found, d.persisted)
		if stays {
			left = append(left, e.Name)
		}
		return !stays
	})
	if len(left) > 0 {
		return failure.Wrap(
			errdefs.ErrNotReady,
			fmt.Errorf("%s could not be removed from the kernel", strings.Join(left, ", ")),
			next,
		)
	}
	return nil
}

// emulatorImage is the image that the first of the entries came from.
func (d *Deinit) emulatorImage() string {
	image := binfmt.DefaultImage
	for _, e := range d.record.Emulators {
		if e.Name == d.plan.Emulators[0] {
			image = cmp.Or(e.Image, image)
		}
	}
	return image
}
