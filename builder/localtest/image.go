package localtest

import (
	"context"
	"regexp"

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

// numbered is the USER of the image where it is UID:GID, and empty where it is not. Containers have it anyway, but for
// those of clusters, which know the UID of an image alone, and start its programs in the group 0.
func (i Image) numbered() string {
	if !regexp.MustCompile(`^[0-9]+:[0-9]+$`).MatchString(i.Config.User) {
		return ""
	}
	return i.Config.User
}

// runnable is false for an image with neither entrypoint nor command.
func (i Image) runnable() bool { return len(i.Config.Entrypoint)+len(i.Config.Cmd) > 0 }
