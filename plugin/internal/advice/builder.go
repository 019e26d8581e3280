package advice

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// ResolveBuilder finds the builder that was named, else the one that a build takes, or tells how to get one.
func ResolveBuilder(h dockercli.Host, named string) (string, error) {
	name, err := h.Builders().Resolve(named)
	if errors.Is(err, errdefs.ErrElsewhere) {
		return "", failure.Wrap(
			errdefs.ErrNotReady, err, besides(name), "to build there all the same: --builder "+quote(name),
		)
	}
	if errors.Is(err, errdefs.ErrUnwritable) {
		return name, err
	}
	if broken, ok := errors.AsType[*builder.BrokenError](err); ok {
		return name, afterBroken(broken, err)
	}
	if again := returned(err); again != "" {
		return "", failure.Wrap(errdefs.ErrNotReady, err, again)
	}
	next := "docker multiplat init"
	if named != "" {
		next += " --builder " + quote(named)
	}
	return name, failure.Wrap(errdefs.ErrNotReady, err, next)
}

// besides makes a builder of the engine in use beside one of another engine.
func besides(name string) string { return beside(name + "-here") }

// beside makes a builder of that name.
func beside(name string) string {
	other := quote(name)
	return "docker multiplat init --builder " + other + "   (then build with --builder " + other + ")"
}

// returned gives the user the folder in which buildx keeps builders, where it is another's: programs that were run with
// sudo have made it. It is empty for other errors.
func returned(err error) string {
	const folder = "/buildx"
	denied, ok := errors.AsType[*fs.PathError](err)
	if !ok || !errors.Is(denied, fs.ErrPermission) || !strings.Contains(denied.Path, folder) {
		return ""
	}
	dir := filepath.Dir(denied.Path)
	if before, _, inside := strings.Cut(denied.Path, folder+"/"); inside {
		dir = before + folder
	}
	return `sudo chown -R "$(id -u)" ` + quote(dir)
}

// inOurFlags says in the flags of this program what helps against what is wrong with a builder; an error that no flag
// helps against is left as it is.
func inOurFlags(err error) error {
	if old, ok := errors.AsType[*builder.OldBuildKitError](err); ok {
		return reword(err, old, old.Error()+": name a newer image with --buildkit-image")
	}
	if daemon, ok := errors.AsType[*create.DaemonNodeError](err); ok {
		return reword(err, daemon, fmt.Sprintf("--node %s needs the driver remote, and all nodes of a builder have one "+
			"driver: give such nodes a builder of their own, with --builder NAME and a --node PLATFORM=tcp://HOST:PORT for "+
			"each platform", daemon.Endpoint))
	}
	return err
}

// rewordedError is an error in other words.
type rewordedError struct {
	error
	text string
}

// Error implements error.
func (e *rewordedError) Error() string { return e.text }

// Unwrap lets errors.Is find the error.
func (e *rewordedError) Unwrap() error { return e.error }

// reword replaces what one error in the chain of err says.
func reword(err, part error, text string) error {
	return &rewordedError{error: err, text: strings.Replace(err.Error(), part.Error(), text, 1)}
}

// afterBroken has the file of a builder that cannot be read removed, and the builder made anew.
func afterBroken(broken *builder.BrokenError, err error) error {
	return failure.Wrap(errdefs.ErrNotReady, err,
		fmt.Sprintf("rm %s && docker multiplat init --builder %s", quote(broken.File), quote(broken.Name)))
}
