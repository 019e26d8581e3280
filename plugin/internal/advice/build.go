package advice

import (
	"errors"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// AfterBuilder adds the command that mends it to what is wrong with the builder of a build; another error is left as it
// is. ours is the name of our own builder.
func AfterBuilder(ours string, err error) error {
	var unready *build.UnreadyError
	if !errors.As(err, &unready) {
		return err
	}
	return notReady(ours, unready.Err)
}

// notReady adds the command that mends it to what is wrong with a builder. One whose driver cannot serve is not
// mended: another takes its place, which is called as said.
func notReady(name string, err error) error {
	if errors.Is(err, errdefs.ErrUnwritable) {
		return err
	}
	if broken, ok := errors.AsType[*builder.BrokenError](err); ok {
		return afterBroken(broken, err)
	}
	if access := afterAccess(err); access != nil {
		return access
	}
	if down, ok := errors.AsType[*builder.DownError](err); ok {
		return failure.Wrap(errdefs.ErrNotReady, err,
			untilReached(down.Builder, down.Engine),
			"nothing was built, and no tag was touched; --platform leaves out what this node is for")
	}
	next := "docker multiplat init"
	if again := returned(err); again != "" {
		next = again
	}
	if errors.Is(err, errdefs.ErrDriver) {
		next += " --builder " + quote(name) + "   (then build with --builder " + quote(name) + ")"
	}
	return failure.Wrap(errdefs.ErrNotReady, inOurFlags(err), next)
}

// AfterAsking adds the command that mends it to what is wrong with the builder that was to be asked.
func AfterAsking(err error) error {
	var unready *build.UnreadyError
	if !errors.As(err, &unready) || errors.Is(err, errdefs.ErrUnwritable) {
		return err
	}
	if access := afterAccess(unready.Err); access != nil {
		return access
	}
	return failure.Wrap(errdefs.ErrNotReady, inOurFlags(unready.Err), "docker multiplat init")
}
