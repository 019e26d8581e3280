package manifest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// Checked is what verifying needs of a repository; *registry.Repository is one.
type Checked interface {
	Place
	// HasBlob asks for a blob, and compares its size where the registry states one.
	HasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error)
}

// Checker looks for faults in a published image.
type Checker struct {
	Repository Checked
	// RequireTested makes a platform without a passed test a fault.
	RequireTested bool
	// Layer looks into each layer of an image that is there; what it returns as a
	// fault is reported of the platform. Nil: the layers are only asked for.
	Layer func(ctx context.Context, place Place, layer ocispec.Descriptor, p ocispec.Platform) (fault string, err error)
}

// Report is what was found in one image.
type Report struct {
	Digest    digest.Digest
	Platforms []PlatformCheck
	// Faults are those that belong to no platform.
	Faults []string
}

// PlatformCheck is what was found in one platform.
type PlatformCheck struct {
	Platform string        `json:"platform"`
	Manifest digest.Digest `json:"manifest"`
	Layers   int           `json:"layers"`
	// Record is the result of the test record, empty for none.
	Record string   `json:"record,omitempty"`
	Faults []string `json:"faults,omitempty"`
}

// All lists every fault with the platform it belongs to.
func (r Report) All() []string {
	var all []string
	all = append(all, r.Faults...)
	for _, p := range r.Platforms {
		for _, fault := range p.Faults {
			all = append(all, p.Platform+": "+fault)
		}
	}
	return all
}

// Verify checks the image at a tag or digest. What is wrong with the image is in
// the report; an error is what kept us from looking.
func (c Checker) Verify(ctx context.Context, ref string) (Report, error) {
	desc, body, err := c.Repository.Resolve(ctx, ref)
	if err != nil {
		return Report{}, err
	}
	report := Report{Digest: desc.Digest}
	imgs := []Image{{Manifest: desc}}
	if images.IsIndexType(desc.MediaType) {
		if imgs, err = ParseIndex(body); err != nil {
			report.Faults = append(report.Faults, err.Error())
			return report, nil
		}
	}
	report.Platforms = make([]PlatformCheck, len(imgs))
	err = inParallel(ctx, len(imgs), func(ctx context.Context, i int) error {
		look := imageCheck{Checker: c, image: imgs[i]}
		look.result.Platform = FormatPlatform(imgs[i].Platform)
		look.result.Manifest = imgs[i].Manifest.Digest
		err := look.do(ctx)
		report.Platforms[i] = look.result
		return err
	})
	return report, err
}

// imageCheck is the check of one platform.
type imageCheck struct {
	Checker
	image  Image
	result PlatformCheck
}

func (c *imageCheck) do(ctx context.Context) error {
	m, ok, err := c.manifest(ctx, "manifest", c.image.Manifest)
	if err != nil || !ok {
		return err
	}
	c.result.Layers = len(m.Layers)
	if err := c.config(ctx, m.Config); err != nil {
		return err
	}
	for _, layer := range m.Layers {
		if err := c.layer(ctx, layer); err != nil {
			return err
		}
	}
	return c.attestation(ctx)
}

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
	return m, true, nil
}

// config reads the config and compares its platform.
func (c *imageCheck) config(ctx context.Context, desc ocispec.Descriptor) error {
	body, err := c.Repository.Fetch(ctx, desc)
	if err != nil {
		return c.blame("config", desc.Digest, err)
	}
	stated, err := PlatformOf(body)
	if err != nil {
		c.fault("config %s: %v", desc.Digest, err)
		return nil
	}
	if c.image.Platform.OS == "" {
		c.image.Platform = stated
		c.result.Platform = FormatPlatform(stated)
		return nil
	}
	if FormatPlatform(stated) != FormatPlatform(c.image.Platform) && c.image.Annotations[PlatformSetAnnotation] == "" {
		c.fault("its config says %s", FormatPlatform(stated))
	}
	return nil
}

// layer asks for a layer, or looks into it. Those that may not be distributed need
// not be there.
func (c *imageCheck) layer(ctx context.Context, desc ocispec.Descriptor) error {
	if images.IsNonDistributable(desc.MediaType) {
		return nil
	}
	there, err := c.Repository.HasBlob(ctx, desc)
	switch {
	case err != nil:
		return c.blame("layer", desc.Digest, err)
	case !there:
		c.fault("layer %s is missing", desc.Digest)
		return nil
	case c.Layer == nil:
		return nil
	}
	fault, err := c.Layer(ctx, c.Repository, desc, c.image.Platform)
	if err != nil {
		return c.blame("layer", desc.Digest, err)
	}
	if fault != "" {
		c.fault("%s", fault)
	}
	return nil
}

// HashLayer is a [Checker]'s Layer that downloads a layer and compares its hash and
// size.
func HashLayer(
	ctx context.Context, place Place, layer ocispec.Descriptor, _ ocispec.Platform,
) (fault string, err error) {
	body, err := place.Open(ctx, layer)
	if err != nil {
		return "", err
	}
	defer body.Close()
	digester := layer.Digest.Algorithm().Digester()
	n, err := io.Copy(digester.Hash(), io.LimitReader(body, layer.Size+1))
	if err != nil {
		return "", fmt.Errorf("reading layer %s: %w: %w", layer.Digest, registry.ErrUnavailable, err)
	}
	if n != layer.Size || digester.Digest() != layer.Digest {
		return fmt.Sprintf("layer %s: its content has %d bytes and digest %s", layer.Digest, n, digester.Digest()), nil
	}
	return "", nil
}
