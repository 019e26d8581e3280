package advice

import (
	"cmp"
	"errors"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
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
	next := "docker multiplat init"
	if errors.Is(err, errdefs.ErrDriver) {
		next += " --builder " + quote(name) + "   (then build with --builder " + quote(name) + ")"
	}
	return failure.Wrap(errdefs.ErrNotReady, inOurFlags(err), next)
}

// AfterAsking adds the command that mends it to what is wrong with the builder that was to be asked.
func AfterAsking(err error) error {
	var unready *build.UnreadyError
	if !errors.As(err, &unready) {
		return err
	}
	return failure.Wrap(errdefs.ErrNotReady, inOurFlags(unready.Err), "docker multiplat init")
}

// AfterAudit is the command to run when the audit stopped a build; empty if it did not.
func AfterAudit(r build.Result) string {
	failed, foreign := false, true
	for _, row := range r.Rows {
		if row.Audit == nil {
			continue
		}
		for _, f := range row.Audit.Errors() {
			failed, foreign = true, foreign && f.Foreign
		}
	}
	name := quote(reference.FamiliarString(r.Plan.Name))
	next := "docker multiplat build -t " + name
	switch {
	case !failed:
		return ""
	case r.Plan.Published() && foreign:
		return "docker multiplat test --allow-foreign GLOB " + name + "   (if they are there on purpose)"
	case r.Plan.Published():
		return "docker multiplat build -t NAME:TAG PATH   (with the Dockerfile mended)"
	case foreign:
		return next + " --allow-foreign GLOB PATH   (if they are there on purpose; else mend the Dockerfile)"
	}
	return next + " PATH   (with the Dockerfile mended)"
}

// TryByHand is the command that opens a shell in the first image whose tests failed.
func TryByHand(r build.Result, at trial.Stage) string {
	for _, row := range r.Rows {
		if row.Stage() == at && row.Loaded != "" {
			return "docker run --rm -it --entrypoint sh " + quote(row.Loaded)
		}
	}
	return cmp.Or(AfterAudit(r), "docker multiplat init")
}
