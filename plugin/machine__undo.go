package plugin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// undone is what deinit has taken away, also where it did not come to its end.
type undone struct {
	// persisted is true where the container of --persist went.
	persisted bool
	// emulators are the entries that are gone from the kernel's table.
	emulators []string
	// builder is the builder that was to go, empty where it did not come to that; removed is false where there was none.
	builder string
	removed bool
}

// run takes away what look has found.
func (d *machineDeinit) run(ctx context.Context) (undone, error) {
	var done undone
	if d.plan.persisted {
		if _, err := binfmt.Unpersist(ctx, d.host.engineClient()); err != nil {
			return done, fail(builder.ErrNotReady, err, "docker rm -f "+binfmt.PersistName)
		}
		done.persisted = true
	}
	if err := d.removeEmulators(ctx); err != nil {
		return done, err
	}
	done.emulators = d.plan.emulators
	removed, err := d.host.builders().Remove(ctx, d.plan.builder, false)
	if err != nil {
		return done, fail(builder.ErrNotReady, err, "docker buildx rm --force "+d.plan.builder)
	}
	done.builder, done.removed = d.plan.builder, removed
	d.record.Builders = slices.DeleteFunc(d.record.Builders, func(name string) bool { return name == d.plan.builder })
	d.record.Platforms = []string{}
	return done, writeMachine(d.host, d.record)
}

// removeEmulators takes the entries out with the image that they came from, and looks whether they are gone.
func (d *machineDeinit) removeEmulators(ctx context.Context) error {
	if len(d.plan.emulators) == 0 {
		return nil
	}
	image := d.emulatorImage()
	auth, err := d.host.registryAuth(image)
	if err == nil {
		err = binfmt.Pull(ctx, d.host.engineClient(), image, auth)
	}
	if err == nil {
		_, err = binfmt.Install(ctx, d.host.engineClient(), binfmt.Change{Image: image, Remove: d.plan.emulators})
	}
	if err != nil {
		return &imageError{amiss: amiss{err}, image: image, remove: d.plan.emulators}
	}
	next := fmt.Sprintf("docker run --rm --privileged %s --uninstall %s", image, strings.Join(d.plan.emulators, ","))
	found, err := d.knownTable(ctx)
	if err != nil {
		return fail(builder.ErrNotReady, err, next)
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
		return fail(
			builder.ErrNotReady,
			fmt.Errorf("%s could not be removed from the kernel", strings.Join(left, ", ")),
			next,
		)
	}
	return nil
}

// emulatorImage is the image that the first of the entries came from.
func (d *machineDeinit) emulatorImage() string {
	image := binfmt.DefaultImage
	for _, e := range d.record.Emulators {
		if e.Name == d.plan.emulators[0] {
			image = cmp.Or(e.Image, image)
		}
	}
	return image
}
