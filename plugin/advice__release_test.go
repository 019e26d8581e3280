package plugin

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Of a release that failed it is told what every tag holds now, and what helps; a draft that does not know of its release
// needs no other.
func TestAdviseRelease(t *testing.T) {
	name := named(t, "reg.example/team/app:1")
	line := commandLine{verb: "docker multiplat publish", args: []string{"reg.example/team/app:1"}}
	states := []tagState{{"reg.example/team/app:1", tagWritten}, {"reg.example/team/b:1", tagUnsure}, {fate: tagUnchanged}}
	const told = "  tag reg.example/team/app:1 written\n  tag reg.example/team/b:1 perhaps written: its answer was lost\n" +
		"  no tag was changed\n"
	source, err := parseSource("reg.example/team/app:0")
	assert.NilError(t, err)
	undone := func(err error) *releaseError { return &releaseError{target: targetOf(name), tags: states, err: err} }
	unnoted := undone(errors.New("disk full"))
	unnoted.unnoted = true
	for want, err := range map[string]error{
		"ERROR: shrunk\n" + told + "  next: docker multiplat publish --allow-shrink reg.example/team/app:1\n": undone(
			classified{"shrunk", manifest.ErrShrink}),
		"ERROR: disk full\n" + told + "  the draft does not know that it was published\n": unnoted,
		"ERROR: no platform fits\n" + told + "  next: docker multiplat publish --allow-untested=PLATFORM " +
			"reg.example/team/app:1   (or test it first)\n": undone(classified{"no platform fits", gate.ErrShut}),
		"ERROR: reg.example/team/app:0 is a draft only, not in its registry: gone\n" + told +
			"  next: docker multiplat publish reg.example/team/app:1\n" +
			"  next: docker multiplat publish reg.example/team/app:0\n": undone(
			&misplacedError{image: source, draft: true, err: errors.New("gone")}),
		"ERROR: a Docker manifest list cannot carry the attestations of linux/amd64, among them test records\n" + told +
			"  next: docker multiplat publish --drop-attestations reg.example/team/app:1   (or --media-type oci)\n": undone(
			&attestedError{[]string{"linux/amd64"}}),
		"ERROR: no draft\n  next: docker multiplat build --test-local -t reg.example/team/app:1 PATH\n": &draftError{
			name: name, unread: true, err: classified{"no draft", store.ErrNoDraft},
		},
		"ERROR: mixed\n  tag reg.example/team/app:1 unchanged\n  next: docker multiplat publish --allow-mixed " +
			"reg.example/team/app:1   (or build all platforms again)\n": &draftError{
			name: name, err: classified{"mixed", errMixed},
		},
	} {
		assert.Check(t, explained(adviseRelease(err, line)) == want, explained(adviseRelease(err, line)))
	}
}

// Of several refusals each is told, with what helps against the first.
func TestAdviseSeveral(t *testing.T) {
	line := commandLine{verb: "docker multiplat merge", args: []string{"a"}}
	targets := []releaseTarget{targetOf(named(t, "reg.example/a:1")), targetOf(named(t, "reg.example/b:1"))}
	err := adviseRelease(releaseErrors{
		notBegun(targets, 0, classified{"shrunk", manifest.ErrShrink}),
		notBegun(targets, 1, classified{"moved", manifest.ErrMoved}),
	}, line)
	assert.Equal(t, explained(err), "ERROR: shrunk\nmoved\n  tag reg.example/a:1 unchanged\n"+
		"  tag reg.example/b:1 unchanged\n  next: docker multiplat merge --allow-shrink a\n")
	assert.Check(t, errors.Is(err, manifest.ErrShrink) && errors.Is(err, manifest.ErrMoved))
	assert.NilError(t, adviseRelease(nil, line))
}

// classified is an error of a class.
type classified struct {
	text  string
	class error
}

// Error implements error.
func (c classified) Error() string { return c.text }

// Unwrap implements the interface of the package errors.
func (c classified) Unwrap() error { return c.class }
