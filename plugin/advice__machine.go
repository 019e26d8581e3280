package plugin

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// afterMachine adds the command to run next to what stopped init, status or deinit; another error is left as it is.
func afterMachine(h host, err error) error {
	var made *builderError
	var image *imageError
	var persist *persistError
	var unread *recordError
	var table *tableError
	var lack *notReadyError
	const next = "docker multiplat init"
	switch {
	case errors.As(err, &made):
		return afterBuilderError(h, made)
	case errors.As(err, &image) && len(image.remove) > 0:
		again := fmt.Sprintf("docker run --rm --privileged %s --uninstall %s", image.image, strings.Join(image.remove, ","))
		return fail(builder.ErrNotReady, err, again, outOfReach(image.image)...)
	case errors.As(err, &image):
		return fail(builder.ErrNotReady, err, next+" --binfmt-image IMAGE", outOfReach(image.image)...)
	case errors.As(err, &persist):
		return fail(builder.ErrNotReady, err, next+" --persist --builder "+persist.instead)
	case errors.As(err, &unread):
		return fail(builder.ErrNotReady, err, next)
	case errors.As(err, &table):
		return fail(builder.ErrNotReady, err, "docker multiplat status", "no emulator has been removed")
	case errors.As(err, &lack):
		return afterUnready(lack)
	}
	return inOurFlags(err)
}

// afterBuilderError names the command that helps. A builder that init has not made is nobody's to remove or replace.
func afterBuilderError(h host, f *builderError) error {
	tell := func(next string, notes ...string) error {
		return fail(builder.ErrNotReady, inOurFlags(f.err), next, notes...)
	}
	var image *builder.NoImageError
	switch {
	case errors.Is(f, builder.ErrDiffers) && f.ours:
		return tell("docker multiplat init --recreate --builder "+f.name,
			"or choose another name with --builder; --recreate keeps the builder's cache")
	case errors.Is(f, builder.ErrDiffers):
		return tell("docker multiplat init --builder NAME, with a name of your choice",
			"init has not made this builder; to replace it all the same, add --recreate, which keeps its cache")
	case errors.Is(f, builder.ErrNoContext):
		return tell(h.contextCommand()+" && docker --context NAME multiplat init",
			"then choose it with docker context use, --context or DOCKER_CONTEXT, in place of DOCKER_HOST")
	case errors.Is(f, builder.ErrBroken):
		return tell("remove that file, then: docker multiplat init --builder " + f.name)
	case errors.As(f, &image):
		return tell("docker multiplat init --buildkit-image IMAGE", outOfReach(image.Image)...)
	case f.ours:
		return tell(fmt.Sprintf("docker buildx rm %s && docker multiplat init", f.name))
	}
	return tell("docker buildx inspect --bootstrap " + f.name)
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

// afterUnready names the command that mends the first platform that does not run, else the builder.
func afterUnready(u *notReadyError) error {
	next := "docker multiplat init"
	var notes, names, fixes []string
	for i := range u.rows {
		row := &u.rows[i]
		names = append(names, row.Platform)
		notes = append(notes, row.Platform+": "+row.why())
		fixes = append(fixes, fixOf(row))
	}
	switch {
	case len(names) > 0:
		next = cmp.Or(append(fixes, next+" --platform "+strings.Join(names, ","))...)
	case u.builder != "":
		next += " --builder " + u.builder
	}
	if u.stopped {
		notes = append(notes, "the next build starts it")
	}
	return fail(builder.ErrNotReady, u.err, next, notes...)
}

// addFixes adds to every row that does not run, and to what else is not as it should be, the command that mends it.
func addFixes(r *machineReport) {
	if r.Builder.problem != nil {
		r.Builder.Problem = inOurFlags(r.Builder.problem).Error()
	}
	for _, w := range r.warnings {
		if at := slices.Index(r.Notes, w.Text); at >= 0 {
			r.Notes[at] += "; to replace it: " + reinstall(r.image, w.Replace)
		}
	}
	for i := range r.Platforms {
		r.Platforms[i].Fix = fixOf(&r.Platforms[i])
	}
}

// fixOf is the command that mends a row, where one is known.
func fixOf(row *readiness) string {
	switch row.remedy {
	case remedyCause:
		return afterCause(row.behind, row.Platform, row.image)
	case remedyOtherImage:
		return "docker multiplat init --binfmt-image " + binfmt.DefaultImage
	case remedyOnHost:
		return "sudo docker run --privileged --rm " + row.image + " --install " + row.platform.Architecture
	case remedyUnknown:
	}
	return ""
}
