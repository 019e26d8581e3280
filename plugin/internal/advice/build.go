package advice

import (
	"cmp"
	"errors"
	"slices"

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
		next += " --builder " + name + "   (then build with --builder " + name + ")"
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
	var allow []string
	for _, row := range r.Rows {
		if row.Audit == nil {
			continue
		}
		for _, f := range row.Audit.Errors() {
			failed, foreign = true, foreign && f.Foreign
			allow = append(allow, f.Allow)
		}
	}
	name := reference.FamiliarString(r.Plan.Name)
	next := "docker multiplat build -t " + name
	switch {
	case !failed:
		return ""
	case r.Plan.Published() && foreign:
		return "docker multiplat test" + allowing(allow) + " " + name + "   (if they are there on purpose)"
	case r.Plan.Published():
		return "docker multiplat build -t NAME:TAG PATH   (with the Dockerfile mended)"
	case foreign:
		return next + allowing(allow) + " PATH   (if they are there on purpose; else mend the Dockerfile)"
	}
	return next + " PATH   (with the Dockerfile mended)"
}

// maxAllowed is how many files a command allows one by one.
const maxAllowed = 8

// allowing are the flags that allow just these files; of too many the user is to find what they have in common.
func allowing(patterns []string) string {
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	if len(patterns) > maxAllowed {
		return " --allow-foreign GLOB"
	}
	text := ""
	for _, pattern := range patterns {
		text += " --allow-foreign " + quote(pattern)
	}
	return text
}

// TryByHand is the command that opens a shell in the first image whose tests failed.
func TryByHand(r build.Result, at trial.Stage) string {
	for _, row := range r.Rows {
		if row.Stage() == at && row.Loaded != "" {
			return "docker run --rm -it --entrypoint sh " + row.Loaded
		}
	}
	return cmp.Or(AfterAudit(r), "docker multiplat init")
}
