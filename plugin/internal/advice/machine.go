package advice

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
)

// AfterMachine adds the command to run next to what stopped init, status or deinit; another error is left as it is.
func AfterMachine(h dockercli.Host, err error) error {
	var broken *builder.BrokenError
	var made *machine.BuilderError
	var image *machine.ImageError
	var persist *machine.PersistError
	var unread *machine.RecordError
	var table *machine.TableError
	var lack *machine.NotReadyError
	const next = "docker multiplat init"
	switch {
	case errors.As(err, &broken):
		return afterBroken(broken, err)
	case errors.As(err, &made):
		return afterBuilderError(h, made)
	case errors.As(err, &image) && len(image.Remove) > 0:
		again := fmt.Sprintf("docker run --rm --privileged %s --uninstall %s", quote(image.Image),
			quote(strings.Join(image.Remove, ",")))
		return failure.Wrap(errdefs.ErrNotReady, err, again, outOfReach(image.Image)...)
	case errors.As(err, &image):
		return failure.Wrap(errdefs.ErrNotReady, err, next+" --binfmt-image IMAGE", outOfReach(image.Image)...)
	case errors.As(err, &persist):
		return failure.Wrap(errdefs.ErrNotReady, err, next+" --persist --builder "+quote(persist.Instead))
	case errors.As(err, &unread):
		return failure.Wrap(errdefs.ErrNotReady, err, next)
	case errors.As(err, &table):
		return failure.Wrap(errdefs.ErrNotReady, err, "docker multiplat status", "no emulator has been removed")
	case errors.As(err, &lack):
		return afterUnready(lack)
	}
	return inOurFlags(err)
}

// AfterCutInit says what an init that was interrupted leaves: the builder that it has made stays, as its image and its
// cache took their time. Empty: it has made none.
func AfterCutInit(made string, err error) error {
	var notes []string
	next := "docker multiplat init"
	if made != "" {
		notes = append(notes, fmt.Sprintf("builder %s was made and stays; to remove it: docker multiplat deinit --builder %s",
			made, quote(made)))
		next += " --builder " + quote(made)
	}
	if f, is := errors.AsType[*failure.Error](err); is {
		notes = append(notes, f.Notes...)
	}
	return failure.Wrap(failure.ErrInterrupted, failure.ErrInterrupted, next, notes...)
}

// afterBuilderError names the command that helps. A builder that init has not made is nobody's to remove or replace.
func afterBuilderError(h dockercli.Host, f *machine.BuilderError) error {
	tell := func(next string, notes ...string) error {
		return failure.Wrap(errdefs.ErrNotReady, inOurFlags(f.Err), next, notes...)
	}
	if access := afterAccess(f.Err); access != nil {
		return access
	}
	var image *builder.NoImageError
	var missing *cluster.NamespaceError
	var removed []string
	if f.Ours && !f.Stays {
		removed = []string{fmt.Sprintf("nothing of builder %s runs: it has been removed again", f.Name)}
	}
	again := returned(f)
	switch {
	case again != "":
		return tell(again)
	case f.Left:
		return tell("docker multiplat init", fmt.Sprintf("what does not run was not added: builder %s is as it was", f.Name))
	case errors.Is(f, errdefs.ErrDiffers) && f.Ours:
		return tell("docker multiplat init --recreate --builder "+quote(f.Name),
			"or choose another name with --builder; --recreate keeps the builder's cache")
	case errors.Is(f, errdefs.ErrDiffers):
		return tell(beside(f.Name+"-2"),
			"init has not made this builder; to replace it all the same, add --recreate, which keeps its cache")
	case errors.Is(f, errdefs.ErrNoContext):
		return tell(h.ContextCommand()+" && docker --context NAME multiplat init",
			"then choose it with docker context use, --context or DOCKER_CONTEXT, in place of DOCKER_HOST")
	case errors.Is(f, errdefs.ErrUnwritable):
		return tell("")
	case errors.As(f, &image):
		return tell("docker multiplat init --buildkit-image IMAGE", outOfReach(image.Image)...)
	case errors.As(f, &missing):
		return tell(missing.Making("")+" && docker multiplat init", removed...)
	case f.Ours && !f.Stays:
		return tell("docker multiplat init", removed...)
	case f.Absent, f.Ours && !f.Contained:
		return tell("docker multiplat init")
	case f.Ours:
		return tell(fmt.Sprintf("docker buildx rm %s && docker multiplat init", quote(f.Name)))
	}
	return tell("docker buildx inspect --bootstrap " + quote(f.Name))
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
func afterUnready(u *machine.NotReadyError) error {
	next := "docker multiplat init"
	if u.Elsewhere {
		return failure.Wrap(errdefs.ErrNotReady, u.Err, besides(u.Builder), "to see that one: --builder "+quote(u.Builder))
	}
	if first := askCluster(u.Cause); first != "" {
		return failure.Wrap(errdefs.ErrNotReady, u.Err, first)
	}
	if u.Lost {
		return failure.Wrap(errdefs.ErrNotReady, u.Err, untilReached(u.Builder, u.Engine))
	}
	var notes, names, fixes []string
	for i := range u.Rows {
		row := &u.Rows[i]
		names = append(names, row.Platform)
		notes = append(notes, row.Platform+": "+row.Why())
		fixes = append(fixes, fixOf(row))
	}
	switch {
	case len(names) > 0:
		next = cmp.Or(append(fixes, next+" --platform "+quote(strings.Join(names, ",")))...)
	case u.Builder != "":
		next += " --builder " + quote(u.Builder)
	}
	if u.Stopped {
		notes = append(notes, "the next build starts it")
	}
	return failure.Wrap(errdefs.ErrNotReady, u.Err, next, notes...)
}

// AddFixes adds to every row that does not run, and to what else is not as it should be, the command that mends it.
// proven is what that is not to take away.
func AddFixes(r *machine.Report, proven []string) {
	if r.Builder.Err != nil {
		r.Builder.Problem = inOurFlags(r.Builder.Err).Error()
	}
	for _, w := range r.Warnings {
		if at := slices.Index(r.Notes, w.Text); at >= 0 {
			r.Notes[at] += "; to replace it: " + reinstall(r.Image, w.Replace)
		}
	}
	if len(r.Left) > 0 {
		r.Notes = append(r.Notes, "a process that was killed has left "+strings.Join(r.Left, ", ")+"; to remove it: "+
			Command("prune"))
	}
	for i := range r.Platforms {
		r.Platforms[i].Fix = besideProven(fixOf(&r.Platforms[i]), proven)
	}
}

// fixOf is the command that mends a row, where one is known.
func fixOf(row *machine.Readiness) string {
	switch row.Remedy {
	case machine.RemedyCause:
		return afterCause(row.Behind, row.Platform, row.Image)
	case machine.RemedyOtherImage:
		return "docker multiplat init --binfmt-image " + binfmt.DefaultImage
	case machine.RemedyOnHost:
		return "sudo docker run --privileged --rm " + quote(row.Image) + " --install " + quote(row.Asked.Architecture)
	case machine.RemedyInPods:
		return "docker multiplat init --recreate --driver-opt " + builder.InstallOption + "=true --platform " +
			quote(row.Platform)
	case machine.RemedyReach:
		return cmp.Or(askCluster(row.Lost), untilReached(row.Lost.Builder, row.Lost.Engine))
	case machine.RemedyUnknown:
	}
	return ""
}
