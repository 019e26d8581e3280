package plugin

import (
	"cmp"
	"errors"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// afterBuilder adds the command that mends it to what is wrong with the builder of a build; another error is left as it
// is.
func afterBuilder(h host, err error) error {
	var unready *unreadyError
	if !errors.As(err, &unready) {
		return err
	}
	return notReady(h.builders().defaultName(), unready.err)
}

// notReady adds the command that mends it to what is wrong with a builder. One whose driver cannot serve is not
// mended: another takes its place, which is called as said.
func notReady(name string, err error) error {
	next := "docker multiplat init"
	if errors.Is(err, builder.ErrDriver) {
		next += " --builder " + name + "   (then build with --builder " + name + ")"
	}
	return fail(builder.ErrNotReady, inOurFlags(err), next)
}

// afterAsking adds the command that mends it to what is wrong with the builder that was to be asked.
func afterAsking(err error) error {
	var unready *unreadyError
	if !errors.As(err, &unready) {
		return err
	}
	return fail(builder.ErrNotReady, inOurFlags(unready.err), "docker multiplat init")
}

// afterAudit is the command to run when the audit stopped a build; empty if it did not.
func afterAudit(r buildResult) string {
	failed, foreign := false, true
	for _, row := range r.rows {
		if row.audit == nil {
			continue
		}
		for _, f := range row.audit.Errors() {
			failed, foreign = true, foreign && f.Foreign
		}
	}
	name := reference.FamiliarString(r.plan.name)
	next := "docker multiplat build -t " + name
	switch {
	case !failed:
		return ""
	case r.plan.published() && foreign:
		return "docker multiplat test --allow-foreign GLOB " + name + "   (if they are there on purpose)"
	case r.plan.published():
		return "docker multiplat build -t NAME:TAG PATH   (with the Dockerfile mended)"
	case foreign:
		return next + " --allow-foreign GLOB PATH   (if they are there on purpose; else mend the Dockerfile)"
	}
	return next + " PATH   (with the Dockerfile mended)"
}

// tryByHand is the command that opens a shell in the first image whose tests failed.
func tryByHand(r buildResult, at stage) string {
	for _, row := range r.rows {
		if row.stage() == at && row.loaded != "" {
			return "docker run --rm -it --entrypoint sh " + row.loaded
		}
	}
	return cmp.Or(afterAudit(r), "docker multiplat init")
}
