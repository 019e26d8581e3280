package release

import (
	"errors"

	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
)

// maxRounds is how often an image is amended anew because somebody else wrote the tag meanwhile.
const maxRounds = 5

// mayAmendAgain tells that all that stands in the way is that somebody else wrote a tag whose platforms were carried
// over: what is there now can be amended just as well. Where it lacks what was carried over, that would be given up.
func (d *delivering) mayAmendAgain(err error) bool {
	if d.request.DryRun {
		return false
	}
	causes, ok := err.(Errors) //nolint:errorlint // what was joined is looked at one by one
	if !ok {
		causes = Errors{err}
	}
	for _, cause := range causes {
		undone, ok := errors.AsType[*Error](cause)
		moved := errors.Is(cause, publish.ErrMoved) && !errors.Is(cause, publish.ErrStripped)
		if !ok || !moved || !d.carriesOver(undone.Target) {
			return false
		}
	}
	return true
}

// carriesOver tells that what a target gets was made of what its tag held.
func (d *delivering) carriesOver(t Target) bool {
	for i := range d.shipments {
		if d.targets[i].Name.Name() == t.Name.Name() && d.shipments[i].Publication.Based != nil {
			return true
		}
	}
	return false
}

// again begins another round, and keeps what was written in this one.
func (d *delivering) again() {
	d.session.Notify("somebody else wrote the tag meanwhile; amending what it holds now")
	if d.earlier == nil {
		d.earlier = map[string]publish.TagChange{}
	}
	for i, prepared := range d.prepared {
		if prepared == nil {
			continue
		}
		for _, change := range prepared.Tags() {
			if change.Written {
				d.earlier[d.targets[i].Familiar(change.Tag)] = change
			}
		}
	}
	d.prepared, d.outcome.Published = make([]*publish.Prepared, len(d.targets)), nil
}

// sinceFirst says of what a round has found written already that an earlier round wrote it.
func (d *delivering) sinceFirst(t Target, changes []publish.TagChange) {
	for i, change := range changes {
		if first, ok := d.earlier[t.Familiar(change.Tag)]; ok && !change.Written {
			first.New, first.Written, first.Extended, first.Dropped = change.New, true, change.Extended, change.Dropped
			changes[i] = first
		}
	}
}

// rememberEarlier corrects states of tags by what earlier rounds did.
func (d *delivering) rememberEarlier(states []TagState) {
	for i, state := range states {
		if _, ok := d.earlier[state.Name]; ok && state.Fate == Unchanged {
			states[i].Fate = Replaced
		}
	}
}
