package failure

import (
	"context"
	"errors"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/cli/cli"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/internal/overlay"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// The exit codes, one per kind of cause.
const (
	ExitDone = iota
	exitBug
	ExitInput
	ExitNotReady
	ExitBuild
	ExitTests
	ExitInconclusive
	ExitRefused
	ExitUnavailable
	ExitIntegrity
	ExitInterrupted = 130
)

// ExitCode maps an error to the exit code of the program. Integrity comes first: whatever else went wrong, the
// user must hear of it.
func ExitCode(err error) int {
	var status cli.StatusError
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &status) && status.StatusCode != 0:
		return status.StatusCode
	case Is(err, errdefs.ErrIntegrity, localtest.ErrIdentity, audit.ErrLayer, store.ErrCorrupt, store.ErrIndex,
		inventory.ErrLayer,
		registry.ErrIntegrity,
		layout.ErrLayout, ErrMixed, ErrRebuilt, ErrFaults, publish.ErrShrink, publish.ErrMoved, publish.ErrOverwrite,
		manifest.ErrIndex, manifest.ErrAttestation, record.ErrStatement):
		return ExitIntegrity
	case Is(err, ErrInterrupted, context.Canceled):
		return ExitInterrupted
	case Is(err, ErrUsage, errdefs.ErrInput, platform.ErrInvalid, manifest.ErrMediaType, manifest.ErrNoImage,
		layout.ErrChoice, layout.ErrFolder,
		platform.ErrArchTag, store.ErrNoDraft, store.ErrFormat, structure.ErrFile, report.ErrFormat):
		return ExitInput
	case Is(err, errdefs.ErrNotReady, binfmt.ErrNoProgram, store.ErrFolder, store.ErrBusy, store.ErrCrowded,
		store.ErrTemporary,
		syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS, syscall.EBUSY, syscall.EXDEV,
		syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EIO):
		return ExitNotReady
	case Is(err, ErrBuild):
		return ExitBuild
	case Is(err, ErrTests, ErrAudit, ErrDifferent, ErrFindings, inventory.ErrLimit, overlay.ErrLimit,
		structure.ErrSlow, structure.ErrNoAccount, gate.ErrShut,
		source.ErrMissing, localtest.ErrUnpack):
		return ExitTests
	case Is(err, ErrInconclusive):
		return ExitInconclusive
	case Is(err, registry.ErrRefused), cerrdefs.IsNotFound(err):
		return ExitRefused
	case Is(err, registry.ErrUnavailable):
		return ExitUnavailable
	}
	return exitBug
}

// Is tells whether an error is of one of these classes.
func Is(err error, classes ...error) bool {
	for _, class := range classes {
		if errors.Is(err, class) {
			return true
		}
	}
	return false
}
