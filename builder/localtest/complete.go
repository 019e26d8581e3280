package localtest

import (
	"context"
	"errors"

	dockerclient "github.com/moby/moby/client"
)

// errIncomplete says that the engine lacks layers of an image that it was given without them.
var errIncomplete = errors.New("the engine has lost layers of the image")

// complete tells that the engine has all that the image consists of, as far as it says so. One on the containerd image
// store takes an image without its layers for loaded, and finds out when a container is made of it. A classic one
// cannot have such an image. Of what it has pulled it leaves out the layers that it has unpacked already, and can make
// containers of it all the same.
func (a Archive) complete(ctx context.Context, engine Loader) bool {
	if a.Pulled {
		return true
	}
	id := a.ID
	found, err := engine.ImageInspect(ctx, id, dockerclient.ImageInspectWithManifests(true))
	if err != nil {
		return true // older engines do not say
	}
	for _, m := range found.Manifests {
		if m.Descriptor.Digest.String() == id {
			return m.Available
		}
	}
	return true
}
