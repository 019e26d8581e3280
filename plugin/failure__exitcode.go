package plugin

import (
	"context"
	"errors"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/cli/cli"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// The exit codes, one per kind of cause.
const (
	exitDone = iota
	exitBug
	exitInput
	exitNotReady
	exitBuild
	exitTests
	exitInconclusive
	exitRefused
	exitUnavailable
	exitIntegrity
	exitInterrupted = 130
)

// codeOf maps an error to the exit code of the program. Integrity comes first: whatever else went wrong, the
// user must hear of it.
func codeOf(err error) int {
	var status cli.StatusError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &status) && status.StatusCode != 0:
		return status.StatusCode
	case is(err, builder.ErrIntegrity, localtest.ErrIdentity, audit.ErrLayer, store.ErrCorrupt, registry.ErrIntegrity,
		layout.ErrLayout, errMixed, errFaults, manifest.ErrShrink, manifest.ErrMoved, manifest.ErrOverwrite,
		manifest.ErrIndex, manifest.ErrAttestation, record.ErrStatement):
		return exitIntegrity
	case is(err, errInterrupted, context.Canceled):
		return exitInterrupted
	case is(err, errUsage, builder.ErrInput, manifest.ErrPlatform, manifest.ErrMediaType, layout.ErrChoice,
		manifest.ErrArchTag, store.ErrNoDraft, store.ErrFormat, structure.ErrFile, report.ErrFormat):
		return exitInput
	case is(err, builder.ErrNotReady, binfmt.ErrNoProgram, store.ErrFolder, store.ErrBusy):
		return exitNotReady
	case is(err, errBuild):
		return exitBuild
	case is(err, errTests, errAudit, gate.ErrShut, manifest.ErrMissing):
		return exitTests
	case is(err, errInconclusive):
		return exitInconclusive
	case is(err, registry.ErrRefused), cerrdefs.IsNotFound(err):
		return exitRefused
	case is(err, registry.ErrUnavailable):
		return exitUnavailable
	}
	return exitBug
}

func is(err error, classes ...error) bool {
	for _, class := range classes {
		if errors.Is(err, class) {
			return true
		}
	}
	return false
}
