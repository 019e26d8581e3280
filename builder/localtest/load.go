package localtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	dockerclient "github.com/moby/moby/client"
)

// ErrIdentity says that the engine holds another image than the one it was given.
var ErrIdentity = errors.New("the loaded image is not the one that was built")

// Loader is what loading an image needs of the Engine API.
type Loader interface {
	ImageLoad(context.Context, io.Reader, ...dockerclient.ImageLoadOption) (dockerclient.ImageLoadResult, error)
	ImageInspect(context.Context, string, ...dockerclient.ImageInspectOption) (dockerclient.ImageInspectResult, error)
	ImageRemove(context.Context, string, dockerclient.ImageRemoveOptions) (dockerclient.ImageRemoveResult, error)
	ImageTag(context.Context, dockerclient.ImageTagOptions) (dockerclient.ImageTagResult, error)
}

// Archive is one platform's image on its way into an engine.
type Archive struct {
	// Name is the reference the image gets in the engine.
	Name string
	// Into names the engine, where there are several; it may be empty.
	Into string
	// Also are further references for the same image.
	Also []string
	// ID is the image ID the engine must end up with: the digest of the manifest on the containerd image store,
	// of the config on a classic one.
	ID string
	// Replaces are the IDs of images that go when they lose their last name to this one. All others stay.
	Replaces []string
	// Partial says that Write leaves out layers that the engine is taken to have.
	Partial bool
	// Pulled says that the engine has got the image itself, just now: what it did not take of it, it has unpacked from
	// another image, whatever the compression there.
	Pulled bool
	// Size is about how many bytes Write writes.
	Size int64
	// Write writes the archive in the format of `docker load`.
	Write func(context.Context, io.Writer) error
}

// engine is what the engine is called.
func (a Archive) engine() string {
	if a.Into == "" {
		return "the engine"
	}
	return "the engine at " + a.Into
}

// Load puts the image into the engine under its name, unless it is there already under any, and checks that the engine
// holds exactly that image. One that it has without all its layers it is given again. The image that had the name
// before is removed if nothing else names it.
func Load(ctx context.Context, engine Loader, archive Archive, pw progress.Writer) (loaded bool, err error) {
	before, err := idOf(ctx, engine, archive.Name)
	if err != nil {
		return false, err
	}
	if before == archive.ID && archive.complete(ctx, engine) {
		return false, name(ctx, engine, archive, archive.Also, pw)
	}
	there, err := idOf(ctx, engine, archive.ID)
	if err != nil {
		return false, err
	}
	if there == archive.ID && archive.complete(ctx, engine) { // under another name, or under none
		err := name(ctx, engine, archive, append([]string{archive.Name}, archive.Also...), pw)
		if !cerrdefs.IsNotFound(err) {
			return false, err
		} // it is another's, who has removed it by now
	}
	return true, archive.deliver(ctx, engine, before, pw)
}

// Removed tells of an error of making a container that the image is not there any more, or not whole. An engine on the
// containerd image store says so as of any fault of its own (moby, daemon/create.go): by its words alone.
func Removed(err error) bool {
	return cerrdefs.IsNotFound(err) || err != nil && strings.Contains(err.Error(), "parent snapshot sha256:")
}

// Reload gives the engine an image once more that it takes for loaded and can make no container of: whoever has the
// same image may have removed it meanwhile, and its layers with it.
func Reload(ctx context.Context, engine Loader, archive Archive, pw progress.Writer) error {
	return archive.deliver(ctx, engine, "", pw)
}

// deliver sends an image, checks that the engine holds exactly that image, and gives it all its names. before is the
// image that had the name until now, if any.
func (a Archive) deliver(ctx context.Context, engine Loader, before string, pw progress.Writer) error {
	step := "loading " + a.Name
	if a.Into != "" {
		step += " into " + a.Into
	}
	err := progress.Wrap(step, pw.Write, func(log progress.SubLogger) error {
		return send(ctx, engine, a, log)
	})
	if err != nil {
		return err
	}
	after, err := idOf(ctx, engine, a.Name)
	if err != nil {
		return err
	}
	switch {
	case after == "": // or somebody has removed it already
		return fmt.Errorf("loading %q: %s said that it had, and has no such image", a.Name, a.engine())
	case after != a.ID:
		return fmt.Errorf("loading %q: %s says %s, not %s: %w", a.Name, a.engine(), after, a.ID,
			ErrIdentity)
	}
	if err := a.forget(ctx, engine, before, pw); err != nil {
		return err
	}
	if a.Partial && !a.complete(ctx, engine) {
		return fmt.Errorf("loading %q: %w", a.Name, errIncomplete)
	}
	return name(ctx, engine, a, a.Also, pw)
}

// name gives an image that the engine has these references.
func name(ctx context.Context, engine Loader, archive Archive, references []string, pw progress.Writer) error {
	for _, other := range references {
		before, err := idOf(ctx, engine, other)
		if err != nil {
			return err
		}
		if before == archive.ID {
			continue
		}
		if _, err := engine.ImageTag(ctx, dockerclient.ImageTagOptions{Source: archive.ID, Target: other}); err != nil {
			return fmt.Errorf("naming the loaded image %q: %w", other, err)
		}
		if err := archive.forget(ctx, engine, before, pw); err != nil {
			return err
		}
	}
	return nil
}

// idOf returns the ID of the image called name, empty when there is none.
func idOf(ctx context.Context, engine Loader, name string) (string, error) {
	inspected, err := engine.ImageInspect(ctx, name)
	switch {
	case cerrdefs.IsNotFound(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("looking for %q in the engine: %w", name, err)
	}
	return inspected.ID, nil
}

func send(ctx context.Context, engine Loader, archive Archive, log progress.SubLogger) error {
	pr, pw := io.Pipe()
	started := time.Now()
	count := &counter{Writer: pw, report: func(n int64, done bool) {
		now := time.Now()
		status := &client.VertexStatus{
			ID:        "sending archive",
			Current:   n,
			Total:     max(n, archive.Size),
			Started:   &started,
			Timestamp: now,
		}
		if done {
			status.Total, status.Completed = n, &now
		}
		log.SetStatus(status)
	}}
	written := make(chan error, 1)
	go func() {
		err := archive.Write(ctx, count)
		pw.CloseWithError(err)
		written <- err
	}()
	response, err := engine.ImageLoad(ctx, pr, dockerclient.ImageLoadWithQuiet(true))
	if err == nil {
		err = answer(response)
	}
	stopped := errors.New("the engine stopped reading")
	_ = pr.CloseWithError(stopped)
	writeErr := <-written
	cut := errors.Is(writeErr, stopped) || errors.Is(writeErr, io.ErrClosedPipe) // as net/http closes what it reads
	if writeErr != nil && (err == nil || !cut) {
		return fmt.Errorf("writing the archive of %q: %w", archive.Name, writeErr)
	}
	if err = Unpacking(err); errors.Is(err, ErrUnpack) {
		return err
	}
	if err != nil {
		return fmt.Errorf("loading %q into %s: %w", archive.Name, archive.engine(), err)
	}
	count.report(count.n, true)
	return nil
}

// forget removes an image that lost its last name to the one just loaded, where it is one that the archive replaces.
// One that a container uses stays.
func (a Archive) forget(ctx context.Context, engine Loader, id string, pw progress.Writer) error {
	if id == "" {
		return nil
	}
	inspected, err := engine.ImageInspect(ctx, id)
	if cerrdefs.IsNotFound(err) || err == nil && len(inspected.RepoTags)+len(inspected.RepoDigests) > 0 {
		return nil
	}
	if err == nil && !slices.Contains(a.Replaces, id) {
		return progress.Wrap(id+" left alone: not this draft's image", pw.Write, func(progress.SubLogger) error {
			return nil
		})
	}
	if err == nil {
		_, err = engine.ImageRemove(ctx, id, dockerclient.ImageRemoveOptions{PruneChildren: true})
	}
	if err != nil && !cerrdefs.IsNotFound(err) && !cerrdefs.IsConflict(err) {
		return fmt.Errorf("removing the replaced image %.19s: %w", id, err)
	}
	return nil
}
