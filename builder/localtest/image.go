package localtest

import (
	"context"
	"strings"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
)

// Image is the loaded image of one platform.
type Image struct {
	// ID is the engine's; a name could mean another platform's image by now.
	ID string
	// Name is a reference that leads to it in the engine, for scripts.
	Name string
	// Platform is for messages.
	Platform string
	// Emulated is true when the engine needs an emulator for it.
	Emulated bool
	// Shell is true where a shell is known to be in it.
	Shell bool
	// Config is the image's own.
	Config dockerspec.DockerOCIImageConfig
	// Layers are for tests that look at files, lowest first.
	Layers []structure.Layer
	// CanRun tells whether the machine runs programs of the platform at all. It is asked when a container cannot
	// be started, to tell a broken image from a missing emulator.
	CanRun func(context.Context) (bool, error)
}

// grouped is the USER of the image where it names a group, and empty where it does not. Containers have it anyway, but
// for those of clusters, which take no group from an image.
func (i Image) grouped() string {
	if _, group, _ := strings.Cut(i.Config.User, ":"); group == "" {
		return ""
	}
	return i.Config.User
}

// Accounts tells who a user is, as UID:GID, from the files of an image. Who is not in them is an error that wraps
// [structure.ErrNoAccount].
func (i Image) Accounts() func(ctx context.Context, user string) (string, error) {
	tree := once(i.Layers)
	return func(ctx context.Context, user string) (string, error) {
		t, err := tree(ctx)
		if err != nil {
			return "", err
		}
		return t.Account(ctx, user)
	}
}

// runnable is false for an image with neither entrypoint nor command.
func (i Image) runnable() bool { return len(i.Config.Entrypoint)+len(i.Config.Cmd) > 0 }
