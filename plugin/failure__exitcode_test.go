package plugin

import (
	"context"
	"errors"
	"fmt"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/cli/cli"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

func TestExitCodeClasses(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("a bug"), 1},
		{errUsage, 2},
		{builder.ErrInput, 2},
		{manifest.ErrPlatform, 2},
		{manifest.ErrArchTag, 2},
		{store.ErrNoDraft, 2},
		{store.ErrFormat, 2},
		{builder.ErrNotReady, 3},
		{store.ErrFolder, 3},
		{store.ErrBusy, 3},
		{errBuild, 4},
		{errTests, 5},
		{gate.ErrShut, 5},
		{errInconclusive, 6},
		{registry.ErrRefused, 7},
		{cerrdefs.ErrNotFound, 7},
		{registry.ErrUnavailable, 8},
		{builder.ErrIntegrity, 9},
		{localtest.ErrIdentity, 9},
		{store.ErrCorrupt, 9},
		{registry.ErrIntegrity, 9},
		{errMixed, 9},
		{manifest.ErrShrink, 9},
		{manifest.ErrMoved, 9},
		{manifest.ErrIndex, 9},
		{manifest.ErrAttestation, 9},
		{record.ErrStatement, 9},
		{errInterrupted, 130},
		{context.Canceled, 130},
		{cli.StatusError{StatusCode: 125}, 125},
	} {
		t.Run(fmt.Sprint(tc.err), func(t *testing.T) {
			assert.Equal(t, codeOf(tc.err), tc.want)
			if tc.err == nil {
				return
			}
			assert.Equal(t, codeOf(fmt.Errorf("doing X: %w", tc.err)), tc.want, "wrapped")
			assert.Equal(t, codeOf(fail(nil, tc.err, "next", "note")), tc.want, "explained")
			assert.Equal(t, codeOf(errors.Join(errors.New("other"), tc.err)), tc.want, "joined")
		})
	}
}

func TestExitCodeOfSeveral(t *testing.T) {
	for _, tc := range []struct {
		name string
		errs []error
		want int
	}{
		{"integrity before all that failed", []error{errBuild, errTests, registry.ErrUnavailable, store.ErrCorrupt}, 9},
		{"build before tests", []error{errInconclusive, errTests, errBuild}, 4},
		{"tests before inconclusive", []error{errInconclusive, errTests}, 5},
		{"inconclusive before the registry", []error{registry.ErrRefused, errInconclusive}, 6},
		{"refused before unavailable", []error{registry.ErrUnavailable, registry.ErrRefused}, 7},
		{"bad input before a machine that is not ready", []error{builder.ErrNotReady, errUsage}, 2},
		{"machine before build", []error{errBuild, builder.ErrNotReady}, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, codeOf(errors.Join(tc.errs...)), tc.want)
		})
	}
}

func TestExitCodeOfPublishError(t *testing.T) {
	err := &manifest.PublishError{Written: []string{"1--amd64"}, Err: fmt.Errorf("tag: %w", manifest.ErrMoved)}
	assert.Equal(t, codeOf(fail(nil, err, "")), exitIntegrity)
}
