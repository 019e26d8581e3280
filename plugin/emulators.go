package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// emulators probes the engine, mends what is missing, and probes again: the installer's word is no proof.
func (s *setup) emulators(ctx context.Context) ([]binfmt.Finding, error) {
	findings, err := s.probe(ctx)
	if err != nil {
		return nil, err
	}
	missing := missingPlatforms(findings)
	if len(missing) == 0 {
		return findings, nil
	}
	before, err := builder.ReadEmulators(ctx, s.dockerCLI, s.engine, s.builder)
	if err != nil {
		s.remarks = append(s.remarks, "the kernel's table of emulators is not known: "+err.Error())
	}
	if err := s.mend(ctx, missing, before); err != nil {
		return nil, err
	}
	if findings, err = s.probe(ctx); err != nil {
		return nil, err
	}
	return findings, s.remember(ctx, before)
}

func (s *setup) probe(ctx context.Context) (findings []binfmt.Finding, err error) {
	const what = "running a program of each platform in the engine"
	err = progress.Wrap(what, s.display.Write, func(progress.SubLogger) (err error) {
		findings, err = binfmt.Probe(ctx, s.dockerCLI.Client(), s.asked.platforms)
		return err
	})
	return findings, fail(builder.ErrNotReady, err, "docker info")
}

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
func (s *setup) mend(ctx context.Context, missing []ocispec.Platform, before builder.Emulators) error {
	change, replaced := changeFor(missing, before, s.options.binfmtImage)
	s.changes = append(s.changes, replaced...)
	if !before.Known || !before.Mounted || before.Held {
		if err := s.hold(ctx, before); err != nil {
			return err
		}
	}
	return s.install(ctx, change)
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
		cause := before.Explain(p, image)
		if cause.Replace != "" && !slices.Contains(change.Remove, cause.Replace) {
			change.Remove = append(change.Remove, cause.Replace)
			replaced = append(replaced, "replaced an entry of the kernel's table, because "+cause.Text)
		}
	}
	return change, replaced
}

// hold mounts binfmt_misc in the builder's container. What cannot be done there may be there already.
func (s *setup) hold(ctx context.Context, before builder.Emulators) error {
	const what = "mounting binfmt_misc in the builder's container"
	held := false
	err := progress.Wrap(what, s.display.Write, func(progress.SubLogger) (err error) {
		held, err = s.builder.HoldEmulators(ctx)
		return err
	})
	if err != nil {
		s.remarks = append(s.remarks, err.Error())
	}
	if held && before.Known && !before.Held {
		s.changes = append(s.changes, "binfmt_misc is not mounted on the engine's host: the builder's container has it "+
			"mounted now, and the emulators stay until it stops; to keep them longer: "+binfmt.MountCommand)
	}
	return context.Cause(ctx)
}

func (s *setup) install(ctx context.Context, change binfmt.Change) error {
	if err := s.pull(ctx, change.Image); err != nil {
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
		s.display.Write, func(log progress.SubLogger) (err error) {
			s.installed, err = binfmt.Install(ctx, s.dockerCLI.Client(), change)
			if s.installed.Log != "" {
				log.Log(1, []byte(s.installed.Log+"\n"))
			}
			return err
		})
	if err != nil {
		return fail(builder.ErrNotReady, err,
			"docker run --rm --privileged "+change.Image+" --install "+strings.Join(change.Install, ","),
			"the emulator image has to run as a privileged container; an engine whose policy forbids that needs its "+
				"administrator to run it once")
	}
	return nil
}

// pull brings the emulator image into the engine.
func (s *setup) pull(ctx context.Context, image string) error {
	auth, err := command.RetrieveAuthTokenFromImage(s.dockerCLI.ConfigFile(), image)
	if err != nil {
		return usageError("invalid --binfmt-image %q: %s", image, err)
	}
	err = progress.Wrap("pulling "+image, s.display.Write, func(progress.SubLogger) error {
		return binfmt.Pull(ctx, s.dockerCLI.Client(), image, auth)
	})
	return fail(builder.ErrNotReady, err, "docker multiplat init --binfmt-image IMAGE", outOfReach(image)...)
}

// outOfReach says how to go on where an image cannot be pulled.
func outOfReach(image string) []string {
	return []string{
		fmt.Sprintf("the engine could not get %s; where Docker Hub is out of reach, one of these helps:", image),
		`"registry-mirrors" in the engine's daemon.json: the builder uses them too`,
		"--binfmt-image and --buildkit-image with images of another registry",
		"images that are in the engine already (docker load) are used as they are",
	}
}

// remember records what the installer has added to the kernel's table.
func (s *setup) remember(ctx context.Context, before builder.Emulators) error {
	after, err := builder.ReadEmulators(ctx, s.dockerCLI, s.engine, s.builder)
	if err != nil || !after.Known || !before.Known {
		return context.Cause(ctx) // nothing to compare
	}
	old := before.Table
	if !before.Mounted {
		old = binfmt.Table{}
	}
	var names []string
	for _, h := range after.Added(old) {
		s.record.add(addedEmulator{
			Name: h.Name, Interpreter: h.Interpreter, Image: s.installed.Image, QEMU: s.installed.QEMU, Boot: after.Boot,
		})
		names = append(names, h.Name)
	}
	if len(names) > 0 {
		s.changes = append(s.changes, fmt.Sprintf("added %s to the kernel of the engine's host (%s, QEMU %s)",
			strings.Join(names, ", "), s.installed.Image, firstOf(s.installed.QEMU, "of unknown version")))
	}
	return writeMachine(s.dockerCLI, s.record)
}

// blame adds to a row that still does not run what this run knows of the reason.
func (s *setup) blame(row *readiness) {
	if row.EngineRuns || row.Untestable || s.installed.Log == "" {
		return
	}
	if _, registered := s.seen.table.For(row.platform); s.seen.table.Mounted && !registered {
		row.Cause = fmt.Sprintf("%s has registered no emulator for it; it said: %s",
			s.installed.Image, strings.Join(strings.Fields(s.installed.Log), " "))
		row.Fix = "docker multiplat init --binfmt-image " + binfmt.DefaultImage
	}
	why := ""
	switch {
	case s.engine.Rootless:
		why = "the engine is rootless, and what it registers reaches its own user namespace alone"
	case s.engine.UserNamespaces:
		why = "the engine has userns-remap, and may not let the emulator image run outside its user namespace"
	default:
		return
	}
	row.Cause = strings.TrimPrefix(row.Cause+"; "+why, "; ")
	row.Fix = "sudo docker run --privileged --rm " + s.options.binfmtImage + " --install " + row.platform.Architecture
}

// persist makes emulators come back with the engine.
func (s *setup) persist(ctx context.Context) error {
	if !s.options.persist {
		return nil
	}
	var architectures []string
	for _, row := range s.rows {
		if row.EngineRuns && !row.Native && !slices.Contains(architectures, row.platform.Architecture) {
			architectures = append(architectures, row.platform.Architecture)
		}
	}
	present, err := binfmt.Persisted(ctx, s.dockerCLI.Client())
	if err != nil || len(architectures) == 0 || present.Covers(architectures...) {
		return fail(builder.ErrNotReady, err, "docker info")
	}
	for _, a := range present.Architectures {
		if !slices.Contains(architectures, a) {
			architectures = append(architectures, a)
		}
	}
	image, err := s.builder.DaemonImage(ctx)
	if err == nil && image == "" {
		err = fmt.Errorf("builder %s has driver %s: --persist needs the image of a docker-container builder",
			s.builder.Name, s.builder.Driver)
	}
	if err != nil {
		return fail(builder.ErrNotReady, err, "docker multiplat init --persist --builder "+builder.DefaultName(s.dockerCLI))
	}
	if err := s.pull(ctx, s.options.binfmtImage); err != nil {
		return err
	}
	err = progress.Wrap("starting container "+binfmt.PersistName, s.display.Write, func(progress.SubLogger) error {
		return binfmt.Persist(ctx, s.dockerCLI.Client(), s.options.binfmtImage, image, architectures)
	})
	if err != nil {
		return fail(builder.ErrNotReady, err, "docker logs "+binfmt.PersistName)
	}
	s.changes = append(s.changes, fmt.Sprintf("container %s registers emulators for %s whenever the engine starts",
		binfmt.PersistName, strings.Join(architectures, ", ")))
	return nil
}
