package advice

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/verify"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Release adds to a failure of a release what every tag holds now, and the command to run next. line is the
// command that does the same once more.
func Release(err error, line Line) error {
	if several, ok := errors.AsType[release.Errors](err); ok {
		told := make([]error, len(several))
		for i, one := range several {
			told[i] = Release(one, line)
		}
		return errors.Join(told...)
	}
	if damaged, ok := errors.AsType[*dockercli.DamagedError](err); ok {
		return adviseDamaged(damaged, line)
	}
	if undone, ok := errors.AsType[*release.Error](err); ok {
		if gone, ok := errors.AsType[*staged.GoneError](err); ok {
			name := reference.FamiliarString(gone.Draft.Name)
			return failure.Wrap(nil, undone, Rebuild(name, gone.Draft), tagNotes(undone, line)...)
		}
		next := Next(undone, line)
		if name := nameOfUser(undone, line); name != "" { // else the same is refused again
			next = Command("publish") + " " + name + "   (once it is named so)"
		}
		return failure.Wrap(nil, adviseCause(undone, line), next, tagNotes(undone, line)...)
	}
	if unfit, ok := errors.AsType[*release.DraftError](err); ok {
		return adviseDraft(unfit, line)
	}
	return shutTo(err, line)
}

// adviseDamaged says that a build brings anew what was damaged.
func adviseDamaged(e *dockercli.DamagedError, line Line) error {
	if unfit, ok := errors.AsType[*release.DraftError](e); ok {
		return adviseDraft(unfit, line, e.Drafts...)
	}
	var name string
	var notes []string
	if undone, ok := errors.AsType[*release.Error](e); ok {
		notes = tagNotes(undone, line)
		name = undone.Target.Tagged()[0]
	}
	if len(line.Args) == 1 {
		name = line.Args[0]
	}
	if name == "" { // nobody can tell which of them it is
		return failure.Wrap(nil, e, "", notes...)
	}
	return failure.Wrap(nil, e, Rebuild(name, e.Drafts...), notes...)
}

// tagNotes say in words what every tag holds now, and how to undo what was written of the target that failed: how to
// undo the others is said where they are.
func tagNotes(e *release.Error, line Line) []string {
	notes := make([]string, 0, len(e.Tags)+1)
	for _, tag := range e.Tags {
		if tag.Name == "" {
			notes = append(notes, "no tag was changed")
			continue
		}
		notes = append(notes, "tag "+tag.Name+" "+string(tag.Fate))
		for _, change := range e.Halfway {
			if e.Target.Familiar(change.Tag) == tag.Name && change.Old != "" {
				notes = append(notes, "  undo: "+Undo(line, e.Target, change))
			}
		}
	}
	if refused, ok := errors.AsType[*registry.Error](e); ok && refused.Tag != "" && othersWait(e) {
		notes = append(notes, "the other tags are written with: "+line.String()+"   (once this one may be written)")
	}
	if name := nameOfUser(e, line); name != "" {
		notes = append(notes, e.Target.Name.Name()+" is Docker's own; name the draft with: "+Command("tag")+" "+
			quote(line.Args[0])+" "+name)
	}
	if e.Unnoted {
		notes = append(notes, "the draft does not know that it was published")
	}
	return notes
}

// nameOfUser is what a draft may be called that was not taken under a name without a user, for nobody but Docker can
// publish under that; empty: this was not why.
func nameOfUser(e *release.Error, line Line) string {
	path, official := strings.CutPrefix(e.Target.Name.Name(), "docker.io/library/")
	kept := errors.Is(e.Err, registry.ErrRefused) || failure.ExitCode(e.Err) == failure.ExitUnavailable
	if !official || !kept || line.word() != "publish" || len(line.Args) != 1 {
		return ""
	}
	_, tag, _ := strings.Cut(line.Args[0], ":")
	return "USER/" + path + ":" + cmp.Or(tag, "latest")
}

// othersWait tells that tags of other images than the one that failed were not written, as they come after it.
func othersWait(e *release.Error) bool {
	return slices.ContainsFunc(e.Tags, func(tag release.TagState) bool {
		return tag.Fate == release.Unchanged && tag.Name != "" &&
			!slices.ContainsFunc(e.Target.Tagged(), func(own string) bool { return strings.HasPrefix(tag.Name, own) })
	})
}

// adviseCause says what helps against a shut gate and an audit, and how a source gets from this machine into its
// registry.
func adviseCause(err error, line Line) error {
	shut, isShut := errors.AsType[*gate.Error](err)
	found, isFound := errors.AsType[*trial.FoundError](err)
	misplaced, isMisplaced := errors.AsType[*release.MisplacedError](err)
	switch {
	case isShut && line.word() == "merge" && shut.Fit > 0:
		return failure.Wrap(gate.ErrShut, err, "", "--platform LIST takes fewer platforms")
	case isFound:
		return failure.Wrap(failure.ErrAudit, err, "", afterFound(found.Findings(), line))
	case isMisplaced && misplaced.Draft:
		return failure.Wrap(nil, err, Command("publish")+" "+quote(misplaced.Image.String())+" && "+line.String())
	case isMisplaced:
		return failure.Wrap(nil, err, "docker push "+quote(misplaced.Image.String())+" && "+line.String())
	}
	return err
}

// afterFound says what helps against files that the audit found in images that stand in registries.
func afterFound(found []audit.Finding, line Line) string {
	const mend = "build those images anew"
	if flags := allowing(found); len(flags) > 0 {
		return mend + "; if the files are there on purpose: " + line.with(flags...).String()
	}
	return mend
}

// AfterVerify says what helps against files that the audit found in what is published; nothing where it found none.
func AfterVerify(report verify.Report, line Line) []string {
	var found []audit.Finding
	for _, p := range report.Platforms {
		found = append(found, p.Foreign()...)
	}
	if len(found) == 0 {
		return nil
	}
	return []string{afterFound(found, line)}
}

// adviseDraft says what helps a draft that cannot be published.
func adviseDraft(e *release.DraftError, line Line, known ...draft.Draft) error {
	name := reference.FamiliarString(e.Name)
	next, unchanged := Rebuild(name, known...), "tag "+name+" unchanged"
	if line.bakes() {
		next = line.baked()
	}
	switch {
	case e.Unread && localfile.Exhausted(e.Err):
		return failure.Wrap(nil, e, line.String(), unchanged)
	case e.Unread:
		return failure.Wrap(nil, e, next)
	case errors.Is(e, failure.ErrMixed):
		return failure.Wrap(nil, e, line.with("--allow-mixed").String()+"   (or build all platforms again)", unchanged)
	}
	return failure.Wrap(nil, e, next, unchanged)
}
