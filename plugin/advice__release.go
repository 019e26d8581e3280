package plugin

import (
	"errors"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
)

// adviseRelease adds to a failure of a release what every tag holds now, and the command to run next. line is the
// command that does the same once more.
func adviseRelease(err error, line commandLine) error {
	if several, ok := errors.AsType[releaseErrors](err); ok {
		told := make([]error, len(several))
		for i, one := range several {
			told[i] = adviseRelease(one, line)
		}
		return errors.Join(told...)
	}
	if undone, ok := errors.AsType[*releaseError](err); ok {
		return fail(nil, adviseCause(undone), nextOf(undone, line), tagNotes(undone)...)
	}
	if unfit, ok := errors.AsType[*draftError](err); ok {
		return adviseDraft(unfit, line)
	}
	return adviseShut(err)
}

// tagNotes say in words what every tag holds now.
func tagNotes(e *releaseError) []string {
	notes := make([]string, 0, len(e.tags)+1)
	for _, tag := range e.tags {
		if tag.name == "" {
			notes = append(notes, "no tag was changed")
			continue
		}
		notes = append(notes, "tag "+tag.name+" "+string(tag.fate))
	}
	if e.unnoted {
		notes = append(notes, "the draft does not know that it was published")
	}
	return notes
}

// adviseCause says what helps against a shut gate, and how a source gets from this machine into its registry.
func adviseCause(err error) error {
	if _, shut := errors.AsType[*gate.Error](err); shut {
		return fail(gate.ErrShut, err, "", "--platform LIST takes fewer platforms")
	}
	misplaced, ok := errors.AsType[*misplacedError](err)
	switch {
	case !ok:
		return err
	case misplaced.draft:
		return fail(nil, err, ourCommand("publish")+" "+misplaced.image.String())
	}
	return fail(nil, err, "docker push "+misplaced.image.String()+
		"   (then merge again; or build it with "+ourCommand("build")+")")
}

// adviseDraft says what helps a draft that cannot be published.
func adviseDraft(e *draftError, line commandLine) error {
	name := reference.FamiliarString(e.name)
	next, unchanged := ourCommand("build")+" --test-local -t "+name+" PATH", "tag "+name+" unchanged"
	switch {
	case e.unread:
		return fail(nil, e, next)
	case errors.Is(e, errMixed):
		return fail(nil, e, line.with("--allow-mixed").String()+"   (or build all platforms again)", unchanged)
	}
	return fail(nil, e, next, unchanged)
}
