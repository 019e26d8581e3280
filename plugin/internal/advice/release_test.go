package advice

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// Of a release that failed it is told what every tag holds now, and what helps; a draft that does not know of its release
// needs no other.
func TestAdviseRelease(t *testing.T) {
	name := plugintest.Named(t, "reg.example/team/app:1")
	line := Line{Verb: "docker multiplat publish", Args: []string{"reg.example/team/app:1"}, known: []string{"amend"}}
	states := []release.TagState{
		{Name: "reg.example/team/app:1", Fate: release.Written},
		{Name: "reg.example/team/b:1", Fate: release.Unsure},
		{Fate: release.Unchanged},
	}
	const told = "  tag reg.example/team/app:1 written\n  tag reg.example/team/b:1 perhaps written: its answer was lost\n" +
		"  no tag was changed\n"
	source, err := ref.ParseImage("reg.example/team/app:0")
	assert.NilError(t, err)
	undone := func(err error) *release.Error {
		return &release.Error{Target: release.TargetOf(name), Tags: states, Err: err}
	}
	unnoted := undone(errors.New("disk full"))
	unnoted.Unnoted = true
	for want, err := range map[string]error{
		"ERROR: shrunk\n" + told + "  next: docker multiplat publish --amend reg.example/team/app:1   (it keeps the others; to drop them: " +
			"--allow-shrink)\n": undone(
			classified{"shrunk", publish.ErrShrink}),
		"ERROR: disk full\n" + told + "  the draft does not know that it was published\n": unnoted,
		"ERROR: no platform fits\n" + told:                                                undone(classified{"no platform fits", gate.ErrShut}),
		"ERROR: reg.example/team/app:0 is a draft only, not in its registry: gone\n" + told +
			"  next: docker multiplat publish reg.example/team/app:0 && docker multiplat publish reg.example/team/app:1\n": undone(
			&release.MisplacedError{Image: source, Draft: true, Err: errors.New("gone")}),
		"ERROR: a Docker manifest list cannot carry the attestations of linux/amd64, among them test records\n" + told +
			"  next: docker multiplat publish --drop-attestations reg.example/team/app:1   (or --media-type oci)\n": undone(
			&release.AttestedError{Platforms: []string{"linux/amd64"}}),
		"ERROR: no draft\n  next: docker multiplat build --test-local -t reg.example/team/app:1 .\n": &release.DraftError{
			Name: name, Unread: true, Err: classified{"no draft", store.ErrNoDraft},
		},
		"ERROR: mixed\n  tag reg.example/team/app:1 unchanged\n  next: docker multiplat publish --allow-mixed " +
			"reg.example/team/app:1   (or build all platforms again)\n": &release.DraftError{
			Name: name, Err: classified{"mixed", failure.ErrMixed},
		},
	} {
		assert.Check(t, explained(Release(err, line)) == want, explained(Release(err, line)))
	}
}

// Of several refusals each is told, with what helps against the first.
func TestAdviseSeveral(t *testing.T) {
	line := Line{Verb: "docker multiplat merge", Args: []string{"a"}, known: []string{"amend"}}
	targets := []release.Target{
		release.TargetOf(plugintest.Named(t, "reg.example/a:1")),
		release.TargetOf(plugintest.Named(t, "reg.example/b:1")),
	}
	err := Release(release.Errors{
		release.NotBegun(targets, 0, classified{"shrunk", publish.ErrShrink}),
		release.NotBegun(targets, 1, classified{"moved", publish.ErrMoved}),
	}, line)
	assert.Equal(t, explained(err), "ERROR: shrunk\n  | moved\n  tag reg.example/a:1 unchanged\n"+
		"  tag reg.example/b:1 unchanged\n  next: docker multiplat merge --amend a   (it keeps the others; to drop them: --allow-shrink)\n")
	assert.Check(t, errors.Is(err, publish.ErrShrink) && errors.Is(err, publish.ErrMoved))
	assert.NilError(t, Release(nil, line))
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

// The command that brings what was damaged anew can be pasted as it is.
func TestAdviseDamaged(t *testing.T) {
	damaged := func(err error) error { return &dockercli.DamagedError{Err: err} }
	of := func(name string) error {
		return damaged(&release.Error{Target: release.TargetOf(plugintest.Named(t, name)), Err: errors.New("gone")})
	}
	for _, c := range []struct {
		err  error
		args []string
		want string
	}{
		{damaged(errors.New("gone")), []string{"app:1"}, "  next: docker multiplat build --test-local -t app:1 .\n"},
		{damaged(errors.New("gone")), []string{"a$b"}, "  next: docker multiplat build --test-local -t 'a$b' .\n"},
		{of("app:2"), []string{"app:1", "app:2"}, "  next: docker multiplat build --test-local -t app:2 .\n"},
		{damaged(errors.New("gone")), []string{"app:1", "app:2"}, ""},
	} {
		told := explained(Release(c.err, Line{Verb: "docker multiplat publish", Args: c.args}))
		assert.Check(t, told == "ERROR: gone\n"+c.want, told)
	}
}
