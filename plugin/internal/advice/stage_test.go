package advice

import (
	"errors"
	"net/http"
	"testing"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Where the registry in which a draft is staged wants a password, it is that one which is logged in to.
func TestNextOfStagedElsewhere(t *testing.T) {
	refused := &registry.Error{Host: "stage.example:5000", Status: http.StatusUnauthorized}
	undone := &release.Error{Target: release.TargetOf(plugintest.Named(t, "reg.example/app:1")), Err: &staged.PlaceError{
		Platform: "linux/amd64", Repository: "stage.example:5000/app", Err: errors.Join(refused, registry.ErrRefused),
	}}
	line := Line{Verb: "docker multiplat publish", Args: []string{"reg.example/app:1"}}
	assert.Equal(t, Next(undone, line), "docker login stage.example:5000")
	assert.ErrorContains(t, undone, "linux/amd64 is staged at stage.example:5000/app")
}

// What a node has pushed and nobody here can read is a failure that says what to do.
func TestAfterStageOfUnreadable(t *testing.T) {
	r := build.Result{Rows: []build.Row{{Outcome: trial.Outcome{Err: &staged.PlaceError{Err: &registry.Error{}}}}}}
	line := Line{Verb: "docker multiplat build"}
	next, notes := AfterStage(r, trial.StageMachine, line)
	assert.Check(t, is.Equal(next, ""))
	assert.Check(t, is.Len(notes, 0))
	r.Plan.Request.Stage = request.Stage{Repositories: []string{"reg.example/app"}}
	next, notes = AfterStage(r, trial.StageMachine, line)
	assert.Check(t, is.Contains(next, "docker multiplat build   (once "))
	assert.Check(t, is.Len(notes, 1))
}

// Where a registry does not take an image that a cluster is to test, what helps is said.
func TestAfterStageOfUnsent(t *testing.T) {
	at, err := reference.WithDigest(plugintest.Named(t, "reg.example/app"), digest.FromString("x"))
	assert.NilError(t, err)
	line := Line{Verb: "docker multiplat build", Args: []string{"."}}
	for _, tc := range []struct {
		err  error
		want string
	}{
		{
			errors.Join(&registry.Error{Host: "reg.example"}, registry.ErrPlain),
			"docker multiplat build --insecure-registry reg.example .   (if plain HTTP is meant)",
		},
		{
			errors.Join(&registry.Error{Host: "reg.example", Status: http.StatusUnauthorized}, registry.ErrRefused),
			"docker login reg.example",
		},
		{errors.Join(&registry.Error{Host: "other.example"}, registry.ErrPlain), "docker multiplat build ."},
		{errors.Join(&registry.Error{Host: "reg.example"}, registry.ErrUnavailable), "docker multiplat build ."},
		{
			errors.Join(&registry.Error{Host: "reg.example", Status: http.StatusRequestEntityTooLarge}, registry.ErrRefused),
			"docker multiplat build .   (once reg.example takes it)",
		},
		{errors.New("its layers are not here"), "docker multiplat build ."},
	} {
		unsent := &trial.UnsentError{Image: at, Err: tc.err}
		r := build.Result{Rows: []build.Row{{Outcome: trial.Outcome{Err: unsent}}}}
		next, notes := AfterStage(r, trial.StageMachine, line)
		assert.Check(t, is.Equal(next, tc.want))
		assert.Check(t, is.Len(notes, 0))
	}
}
