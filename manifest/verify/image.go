package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// imageCheck is the check of one platform.
type imageCheck struct {
	Checker
	image  manifest.Image
	result PlatformCheck
}

// do takes the check from the manifest down, and to the attestation.
func (c *imageCheck) do(ctx context.Context) error {
	m, ok, err := c.manifest(ctx, "manifest", c.image.Manifest)
	if err != nil || !ok {
		return err
	}
	c.result.Layers = len(m.Layers)
	readable, err := c.config(ctx, m.Config)
	if err != nil {
		return err
	}
	there, whole, err := c.layers(ctx, m.Layers)
	if err != nil {
		return err
	}
	if c.Deep != nil {
		if err := c.inside(ctx, m, there, whole && readable); err != nil {
			return err
		}
	}
	return c.attestation(ctx)
}

// fault notes what is wrong.
func (c *imageCheck) fault(format string, args ...any) {
	c.result.Faults = append(c.result.Faults, fmt.Sprintf(format, args...))
}

// blame turns what the registry has to answer for into a fault, and leaves the rest
// an error.
func (c *imageCheck) blame(what string, dgst digest.Digest, err error) error {
	switch {
	case cerrdefs.IsNotFound(err):
		c.fault("%s %s is missing", what, dgst)
		return nil
	case errors.Is(err, registry.ErrIntegrity):
		c.fault("%s %s: %v", what, dgst, err)
		return nil
	}
	return err
}

// manifest reads and hashes a manifest; ok is false when it is at fault.
func (c *imageCheck) manifest(
	ctx context.Context, what string, desc ocispec.Descriptor,
) (m ocispec.Manifest, ok bool, err error) {
	got, body, err := c.Repository.Resolve(ctx, desc.Digest.String())
	if err != nil {
		return m, false, c.blame(what, desc.Digest, err)
	}
	if got.Size != desc.Size {
		c.fault("%s %s has %d bytes, the index says %d", what, desc.Digest, got.Size, desc.Size)
	}
	if err := json.Unmarshal(body, &m); err != nil {
		c.fault("%s %s: %v", what, desc.Digest, err)
		return m, false, nil
	}
	if c.Deep != nil { // which need not read it again
		c.Deep.blobs.Learn(c.Repository, desc, body)
	}
	return m, true, nil
}

// config reads the config and compares its platform; readable is false when it says none.
func (c *imageCheck) config(ctx context.Context, desc ocispec.Descriptor) (readable bool, err error) {
	body, err := c.Repository.Fetch(ctx, desc)
	if err != nil {
		return false, c.blame("config", desc.Digest, err)
	}
	if c.Deep != nil {
		c.Deep.blobs.Keep(desc, body)
	}
	stated, err := manifest.PlatformOf(body)
	if err != nil {
		c.fault("config %s: %v", desc.Digest, err)
		return false, nil
	}
	if err := json.Unmarshal(body, new(ocispec.Image)); err != nil {
		c.fault("config %s: %v", desc.Digest, err) // which no engine can read
		return false, nil
	}
	if c.image.Platform.OS == "" {
		c.image.Platform = stated
		c.result.Platform = platform.Format(stated)
		return true, nil
	}
	if platform.Format(stated) != platform.Format(c.image.Platform) &&
		c.image.Annotations[source.PlatformSetAnnotation] == "" {
		c.fault("its config says %s", platform.Format(stated))
	}
	return true, nil
}
