package machine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// emulators probes the engine, mends what is missing, and probes again: the installer's word is no proof.
func (i *Init) emulators(ctx context.Context) ([]binfmt.Finding, error) {
	findings, err := i.probe(ctx, i.asked.Platforms)
	if err != nil {
		return nil, err
	}
	missing := missingPlatforms(findings)
	if len(missing) == 0 {
		return findings, nil
	}
	before, _ := i.tableOrRemark(ctx)
	if err := i.mend(ctx, missing, before); err != nil {
		return nil, err
	}
	if findings, err = i.probe(ctx, i.asked.Platforms); err != nil {
		return nil, err
	}
	return findings, i.remember(ctx, before)
}

// missingPlatforms are those whose programs do not run though they could.
func missingPlatforms(findings []binfmt.Finding) []ocispec.Platform {
	var missing []ocispec.Platform
	for _, f := range findings {
		if !f.Runs && !f.Untestable {
			missing = append(missing, f.Platform)
		}
	}
	return missing
}

// mend does what the causes ask for: it keeps binfmt_misc mounted, takes broken entries out, installs emulators.
func (i *Init) mend(ctx context.Context, missing []ocispec.Platform, before builder.Emulators) error {
	change, replaced := changeFor(missing, before, i.request.BinfmtImage)
	i.changes = append(i.changes, replaced...)
	if !before.Known || !before.Mounted || before.Held {
		if err := i.hold(ctx, before); err != nil {
			return err
		}
	}
	return i.install(ctx, change)
}

// changeFor is what the installer is to do for the platforms that do not run, and why entries have to go for that.
func changeFor(
	missing []ocispec.Platform, before builder.Emulators, image string,
) (change binfmt.Change, replaced []string) {
	change = binfmt.Change{Image: image, Install: binfmt.Names(missing)}
	if !before.Known {
		return change, nil
	}
	for _, p := range missing {
		cause := before.Explain(p)
		if cause.Replace != "" && !slices.Contains(change.Remove, cause.Replace) {
			change.Remove = append(change.Remove, cause.Replace)
			replaced = append(replaced, "replaced an entry of the kernel's table, because "+cause.Text)
		}
	}
	return change, replaced
}

// hold mounts binfmt_misc in the builder's container. What cannot be done there may be there already.
func (i *Init) hold(ctx context.Context, before builder.Emulators) error {
	const what = "mounting binfmt_misc in the builder's container"
	held := false
	err := progress.Wrap(what, i.display.Write, func(progress.SubLogger) (err error) {
		held, err = i.builder.MountBinfmt(ctx)
		return err
	})
	if err != nil {
		i.remarks = append(i.remarks, err.Error())
	}
	if held && before.Known && !before.Held {
		i.changes = append(i.changes, "binfmt_misc is not mounted on the engine's host: the builder's container has it "+
			"mounted now, and the emulators stay until it stops; to keep them longer: "+binfmt.MountCommand)
	}
	return context.Cause(ctx)
}

func (i *Init) install(ctx context.Context, change binfmt.Change) error {
	if err := i.pull(ctx, change.Image); err != nil {
		return err
	}
	what := fmt.Sprintf("installing emulators for %s with %s into the kernel of the engine's host",
		strings.Join(change.Install, ", "), change.Image)
	if len(change.Remove) > 0 {
		what = fmt.Sprintf(
			"removing %s from the kernel of the engine's host, and %s",
			strings.Join(change.Remove, ", "),
			what,
		)
	}
	err := progress.Wrap(what,
		i.display.Write, func(log progress.SubLogger) (err error) {
			i.installed, err = binfmt.Install(ctx, i.host.EngineClient(), change)
			if i.installed.Log != "" {
				log.Log(1, []byte(i.installed.Log+"\n"))
			}
			return err
		})
	if err != nil {
		return failure.Wrap(errdefs.ErrNotReady, err,
			"docker run --rm --privileged "+visible.Quote(change.Image)+" --install "+
				visible.Quote(strings.Join(change.Install, ",")),
			"the emulator image has to run as a privileged container; an engine whose policy forbids that needs its "+
				"administrator to run it once")
	}
	return nil
}

// pull brings the emulator image into the engine.
func (i *Init) pull(ctx context.Context, image string) error {
	auth, err := i.host.RegistryAuth(image)
	if err != nil {
		return failure.Usage("invalid --binfmt-image %q: %s", image, err)
	}
	err = progress.Wrap("pulling "+image, i.display.Write, func(progress.SubLogger) error {
		return binfmt.Pull(ctx, i.host.EngineClient(), image, auth)
	})
	if err != nil {
		return &ImageError{Amiss: Amiss{err}, Image: image}
	}
	return nil
}

// remember records what the installer has added to the kernel's table.
func (i *Init) remember(ctx context.Context, before builder.Emulators) error {
	after, err := i.table(ctx)
	if err != nil || !after.Known || !before.Known {
		return context.Cause(ctx) // nothing to compare
	}
	old := before.Table
	if !before.Mounted {
		old = binfmt.Table{}
	}
	var names []string
	for _, h := range after.Added(old) {
		i.record.add(addedEmulator{
			Name: h.Name, Interpreter: h.Interpreter, Image: i.installed.Image, QEMU: i.installed.QEMU, Boot: after.Boot,
		})
		names = append(names, h.Name)
	}
	if len(names) > 0 {
		i.changes = append(i.changes, fmt.Sprintf("added %s to the kernel of the engine's host (QEMU %s, %s)",
			strings.Join(names, ", "), cmp.Or(i.installed.QEMU, "of unknown version"), i.installed.Image))
	}
	return WriteRecord(i.host, i.record)
}
