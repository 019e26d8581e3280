package request

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/pkg/epoch"
	"github.com/docker/buildx/util/gitutil"
	"github.com/docker/buildx/util/urlutil"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	bkgitutil "github.com/moby/buildkit/util/gitutil"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

const (
	// EpochArgument is the build argument, and the variable, that gives everything in a build one time.
	EpochArgument = epoch.SourceDateEpochEnv
	// InputTimestamps is the key in [Description] of what the times of files were set to.
	InputTimestamps = "timestamps"
	// EpochOfCommit is the value of --reproducible that takes the time of the commit.
	EpochOfCommit = "commit"
	// epochOfContext has BuildKit take the time of the commit of a Git context.
	epochOfContext = "context"
	// rewrittenTo begins the value of [InputTimestamps].
	rewrittenTo = "rewritten to "
)

// Reproducible is the request with one time for everything in the images, and for the files in their layers. The value
// is that of --reproducible: [EpochOfCommit], a number of seconds since 1970, or a time as RFC 3339 has it. Its errors
// are of class [errdefs.ErrInput].
func (r Request) Reproducible(ctx context.Context, value string) (Request, error) {
	text, err := r.epochOf(ctx, value)
	if err != nil {
		return r, errdefs.Classify(err, errdefs.ErrInput)
	}
	r.RewriteTimestamps = true
	if _, given := r.GivenEpoch(); !given {
		r.BuildArgs = append(slices.Clone(r.BuildArgs), EpochArgument+"="+text)
	}
	return r, nil
}

// GivenEpoch is the time that the arguments or the environment give; given is false for none.
func (r Request) GivenEpoch() (value string, given bool) {
	if value, given = r.ArgumentEpoch(); given {
		return value, true
	}
	value = os.Getenv(EpochArgument)
	return value, value != ""
}

// ArgumentEpoch is the time that the arguments give; given is false for none.
func (r Request) ArgumentEpoch() (value string, given bool) {
	args, err := pairs("--build-arg", r.BuildArgs, os.LookupEnv)
	if err != nil {
		return "", false
	}
	value, given = args[EpochArgument]
	return value, given
}

// epochOf is the time that a value of --reproducible means, as BuildKit takes it.
func (r Request) epochOf(ctx context.Context, value string) (string, error) {
	given, isGiven := r.GivenEpoch()
	if value == EpochOfCommit {
		if isGiven {
			return given, checkEpoch(given)
		}
		return commitTime(ctx, r.Context)
	}
	text, err := parseEpoch(value)
	if err == nil && isGiven && given != text {
		return "", fmt.Errorf("--reproducible=%s and %s=%s do not go together; leave one out", value, EpochArgument, given)
	}
	return text, err
}

// checkEpoch refuses what is no time to set files to.
func checkEpoch(text string) error {
	if n, err := strconv.ParseInt(text, 10, 64); (err != nil || n < 0) && text != epochOfContext {
		return fmt.Errorf("%s=%s is no number of seconds since 1970", EpochArgument, text)
	}
	return nil
}

// checkEpochArgument refuses a time for everything in the image that BuildKit cannot take: beside a number it knows the
// main build context, the others by name, and stages.
func (r Request) checkEpochArgument() error {
	value, given := r.GivenEpoch()
	if value == epochOfContext {
		return checkTimeOf(r.Context)
	}
	if _, err := strconv.ParseInt(value, 10, 64); !given || value == "" || err == nil {
		return nil
	}
	o, err := r.options()
	if err != nil {
		return err
	}
	if context, named := o.Inputs.NamedContexts[value]; named {
		return checkTimeOf(context.Path)
	}
	stages, known := r.stages()
	if !known {
		return nil
	}
	if _, found := instructions.HasStage(stages, value); found {
		return nil
	}
	if value == os.Getenv(EpochArgument) {
		return fmt.Errorf("the variable %s=%s is no number of seconds since 1970, build context or stage; unset it, or "+
			"set it to $(date +%%s)", EpochArgument, value)
	}
	return fmt.Errorf("--build-arg %s=%s is no number of seconds since 1970, build context or stage; leave it out, or "+
		"give a number", EpochArgument, value)
}

// CheckEpoch refuses a value of --reproducible that is no time; whether there is a commit is seen when it is taken.
func CheckEpoch(value string) error {
	if value == "" || value == EpochOfCommit {
		return nil
	}
	_, err := parseEpoch(value)
	return err
}

// parseEpoch reads a number of seconds, or a time.
func parseEpoch(value string) (string, error) {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
		return strconv.FormatInt(n, 10), nil
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil || at.Unix() < 0 {
		return "", fmt.Errorf("--reproducible=%s is no time; use %s, a number of seconds since 1970, or a time such as "+
			"2026-01-31T12:00:00Z", value, EpochOfCommit)
	}
	return strconv.FormatInt(at.Unix(), 10), nil
}

// commitTime is the time of the commit of a context.
func commitTime(ctx context.Context, folder string) (string, error) {
	const fix = "give a time with --reproducible=SECONDS"
	switch {
	case folder == "-":
		return "", fmt.Errorf("standard input is of no commit; %s", fix)
	case isGit(folder):
		return epochOfContext, checkTimeOf(folder)
	case urlutil.IsRemoteURL(folder):
		return "", fmt.Errorf("%s is of no commit; %s", Place(folder), fix)
	}
	git, err := gitutil.New(bkgitutil.WithDir(folder))
	if err != nil {
		return "", fmt.Errorf("asking git for the commit of %q: %w; %s", folder, err, fix)
	}
	out, err := git.Run(ctx, "log", "-1", "--format=%ct")
	if err != nil {
		return "", fmt.Errorf("the build context %q is of no commit; %s", folder, fix)
	}
	return strings.TrimSpace(string(out)), nil
}

// checkTimeOf refuses to take the time from a repository whose address signs in, unless it names a commit: BuildKit
// looks for a branch or a tag once more, and does not sign in for that.
func checkTimeOf(place string) error {
	ref, is, err := dfgitutil.ParseGitRef(place)
	if _, c, wrong := lift(place); !is || err != nil || wrong != nil || c == nil || bkgitutil.IsCommitSHA(ref.Ref) {
		return nil //nolint:nilerr // who reads it says so
	}
	return fmt.Errorf(
		"the time of %q is that of a branch or tag, for which BuildKit does not sign in; name the commit, as "+
			"in %s#COMMIT, or give a time with --reproducible=SECONDS",
		Place(place),
		Place(ref.Remote),
	)
}

// isGit tells whether a context is a Git repository elsewhere.
func isGit(place string) bool {
	_, is, err := dfgitutil.ParseGitRef(place)
	return is && err == nil && urlutil.IsRemoteURL(place)
}

// timestamps is what [InputTimestamps] says.
func timestamps(epoch string) string { return rewrittenTo + epoch }

// EpochIn reads a description for the time that files were set to; ok is false for a build that has set none.
func EpochIn(values map[string]string) (epoch string, ok bool) {
	return strings.CutPrefix(values[InputTimestamps], rewrittenTo)
}

// MayBe tells whether an argument of a described build may have had a value: just a part of its hash is known.
func MayBe(values map[string]string, argument, value string) bool {
	hash, known := values[InputArgument+argument]
	return known && hash == argumentHash(value)
}

// argumentHash is what is written down of the value of an argument.
func argumentHash(value string) string { return shortHash(strings.NewReader(value))[:argumentDigits] }
