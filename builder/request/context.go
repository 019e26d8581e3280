package request

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/docker/buildx/util/osutil"
	"github.com/docker/buildx/util/urlutil"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// CheckContext looks at the build context and the Dockerfile as far as they are files here, so that a wrong path
// is told before anything is contacted. Its errors are of class [errdefs.ErrInput].
func CheckContext(context, dockerfile string) error {
	switch {
	case context == "-" && dockerfile == "-":
		return errdefs.Classify(
			errors.New("standard input cannot be both the build context and the Dockerfile"),
			errdefs.ErrInput,
		)
	case context == "-" || urlutil.IsRemoteURL(context):
		return nil
	case !osutil.IsLocalDir(context):
		return errdefs.Classify(fmt.Errorf("the build context %q is neither a folder nor a URL", context), errdefs.ErrInput)
	case dockerfile == "-" || urlutil.IsHTTPURL(dockerfile):
		return nil
	}
	if dockerfile != "" {
		return checkDockerfile(dockerfile)
	}
	file := filepath.Join(context, "Dockerfile")
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		if lower := filepath.Join(context, "dockerfile"); checkDockerfile(lower) == nil {
			return nil
		}
	}
	return checkDockerfile(file)
}

// Local tells whether a build context is a folder here.
func Local(context string) bool {
	return context != "-" && !urlutil.IsRemoteURL(context) && osutil.IsLocalDir(context)
}

// maxDockerfile is the largest Dockerfile that is read; BuildKit sends it in messages of at most this size.
const maxDockerfile = 16 << 20

// checkDockerfile refuses what is no regular file, or too large.
func checkDockerfile(file string) error {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errdefs.Classify(fmt.Errorf("there is no Dockerfile at %q; name it with --file", file), errdefs.ErrInput)
	case err != nil:
		return errdefs.Classify(fmt.Errorf("reading the Dockerfile: %w", err), errdefs.ErrInput)
	case !info.Mode().IsRegular():
		return errdefs.Classify(fmt.Errorf("the Dockerfile %q is not a regular file", file), errdefs.ErrInput)
	case info.Size() > maxDockerfile:
		return errdefs.Classify(fmt.Errorf("the Dockerfile %q has %d bytes, more than %d", file, info.Size(), maxDockerfile),
			errdefs.ErrInput)
	}
	return checkKind(file)
}
