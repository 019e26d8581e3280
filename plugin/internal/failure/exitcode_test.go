package failure

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/cli/cli"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
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
		{ErrUsage, 2},
		{errdefs.ErrInput, 2},
		{platform.ErrInvalid, 2},
		{platform.ErrArchTag, 2},
		{store.ErrNoDraft, 2},
		{store.ErrFormat, 2},
		{errdefs.ErrNotReady, 3},
		{store.ErrFolder, 3},
		{store.ErrBusy, 3},
		{fmt.Errorf("writing: %w", syscall.ENOSPC), 3},
		{fmt.Errorf("writing: %w", syscall.EDQUOT), 3},
		{fmt.Errorf("writing: %w", syscall.EFBIG), 3},  // of a limit of the shell's
		{fmt.Errorf("renaming: %w", syscall.EBUSY), 3}, // a file that is mounted
		{fmt.Errorf("renaming: %w", syscall.EXDEV), 3}, // blobs on another disk
		{fmt.Errorf("opening: %w", syscall.EMFILE), 3},
		{fmt.Errorf("reading: %w", syscall.EIO), 3},
		{store.ErrCrowded, 3},
		{store.ErrTemporary, 3},
		{ErrBuild, 4},
		{ErrTests, 5},
		{ErrFindings, 5},
		{gate.ErrShut, 5},
		{ErrInconclusive, 6},
		{registry.ErrRefused, 7},
		{cerrdefs.ErrNotFound, 7},
		{registry.ErrUnavailable, 8},
		{errdefs.ErrIntegrity, 9},
		{localtest.ErrIdentity, 9},
		{store.ErrCorrupt, 9},
		{store.ErrIndex, 9},
		{registry.ErrIntegrity, 9},
		{ErrMixed, 9},
		{ErrRebuilt, 9},
		{publish.ErrShrink, 9},
		{publish.ErrMoved, 9},
		{manifest.ErrIndex, 9},
		{manifest.ErrAttestation, 9},
		{record.ErrStatement, 9},
		{ErrInterrupted, 130},
		{context.Canceled, 130},
		{cli.StatusError{StatusCode: 125}, 125},
	} {
		t.Run(fmt.Sprint(tc.err), func(t *testing.T) {
			assert.Equal(t, ExitCode(tc.err), tc.want)
			if tc.err == nil {
				return
			}
			assert.Equal(t, ExitCode(fmt.Errorf("doing X: %w", tc.err)), tc.want, "wrapped")
			assert.Equal(t, ExitCode(Wrap(nil, tc.err, "next", "note")), tc.want, "explained")
			assert.Equal(t, ExitCode(errors.Join(errors.New("other"), tc.err)), tc.want, "joined")
		})
	}
}

func TestExitCodeOfSeveral(t *testing.T) {
	for _, tc := range []struct {
		name string
		errs []error
		want int
	}{
		{"integrity before all that failed", []error{ErrBuild, ErrTests, registry.ErrUnavailable, store.ErrCorrupt}, 9},
		{"build before tests", []error{ErrInconclusive, ErrTests, ErrBuild}, 4},
		{"tests before inconclusive", []error{ErrInconclusive, ErrTests}, 5},
		{"inconclusive before the registry", []error{registry.ErrRefused, ErrInconclusive}, 6},
		{"refused before unavailable", []error{registry.ErrUnavailable, registry.ErrRefused}, 7},
		{"bad input before a machine that is not ready", []error{errdefs.ErrNotReady, ErrUsage}, 2},
		{"machine before build", []error{ErrBuild, errdefs.ErrNotReady}, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, ExitCode(errors.Join(tc.errs...)), tc.want)
		})
	}
}

func TestExitCodeOfPublishError(t *testing.T) {
	err := &publish.Error{Written: []string{"1--amd64"}, Err: fmt.Errorf("tag: %w", publish.ErrMoved)}
	assert.Equal(t, ExitCode(Wrap(nil, err, "")), ExitIntegrity)
}
