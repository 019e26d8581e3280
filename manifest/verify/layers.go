package verify

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/images"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// Layers looks into the layers of images that stand in registries or folders: it reads them to their end, hashes them,
// and audits what is in them. A layer that several images have is read once.
type Layers struct {
	blobs   *source.Blobs
	auditor *audit.Auditor
	allow   audit.Globs
}

// NewLayers returns one that lets pass the foreign programs that allow matches. It reads what blobs know.
func NewLayers(blobs *source.Blobs, allow audit.Globs) *Layers {
	return &Layers{blobs: blobs, auditor: audit.New(blobs.Streams(), audit.NewMemory()), allow: allow}
}

// Audit audits an image that blobs know the place of. That its platform was set by hand, and is another than its
// config says, is no finding. The error is of reading, and wraps [audit.ErrLayer] where a layer is damaged.
func (d *Layers) Audit(ctx context.Context, image manifest.Image) (audit.Report, error) {
	report, err := d.auditor.Audit(ctx, image.Manifest, image.Platform, d.allow)
	if err != nil || image.Annotations[source.PlatformSetAnnotation] == "" {
		return report, err
	}
	report.Relabelled = report.Mislabelled()
	var findings []audit.Finding
	for _, f := range report.Findings {
		if !f.Config {
			findings = append(findings, f)
		}
	}
	report.Findings = findings
	return report, nil
}

// inside looks into the layers of an image: all of it is there if whole is set, and the layers of there at least.
func (c *imageCheck) inside(ctx context.Context, m ocispec.Manifest, there []ocispec.Descriptor, whole bool) error {
	if !whole || !audit.Audits(c.image.Platform) {
		return c.hash(ctx, there)
	}
	report, err := c.Deep.Audit(ctx, c.image)
	if errors.Is(err, audit.ErrLayer) {
		return c.damaged(ctx, there, err)
	}
	if err != nil {
		return c.blame("manifest", c.image.Manifest.Digest, err)
	}
	c.result.Audited, c.result.Audit = len(m.Layers), &Audited{Config: m.Config.Digest, Report: report}
	for _, f := range report.Findings {
		if !f.Config { // that is a fault already
			c.result.Findings = append(c.result.Findings, f)
		}
	}
	return nil
}

// damaged names every layer whose bytes are wrong. One may have the right bytes, and be no layer.
func (c *imageCheck) damaged(ctx context.Context, layers []ocispec.Descriptor, cause error) error {
	before := len(c.result.Faults)
	if err := c.hash(ctx, layers); err != nil {
		return err
	}
	if len(c.result.Faults) == before {
		c.fault("%v", cause)
	}
	return nil
}

// hash downloads layers and compares their hashes and sizes.
func (c *imageCheck) hash(ctx context.Context, layers []ocispec.Descriptor) error {
	for _, layer := range layers {
		fault, err := hashLayer(ctx, c.Repository, layer)
		if err != nil {
			if err = c.blame("layer", layer.Digest, err); err != nil {
				return err
			}
		}
		if fault != "" {
			c.fault("%s", fault)
		}
	}
	return nil
}

// hashLayer returns what is wrong with the bytes of a layer, or nothing.
func hashLayer(ctx context.Context, place source.Place, layer ocispec.Descriptor) (fault string, err error) {
	body, err := place.Open(ctx, layer)
	if err != nil {
		return "", err
	}
	defer body.Close()
	digester := layer.Digest.Algorithm().Digester()
	n, err := io.Copy(digester.Hash(), io.LimitReader(source.Lossy{Reader: body}, layer.Size+1))
	if err != nil {
		return "", fmt.Errorf("reading layer %s: %w", layer.Digest, err)
	}
	if n != layer.Size || digester.Digest() != layer.Digest {
		return fmt.Sprintf("layer %s: its content has %d bytes and digest %s", layer.Digest, n, digester.Digest()), nil
	}
	return "", nil
}

// layers asks for the layers of an image, but for those that may not be distributed, and lists those that are there.
func (c *imageCheck) layers(
	ctx context.Context, layers []ocispec.Descriptor,
) (there []ocispec.Descriptor, whole bool, err error) {
	whole = true
	for _, layer := range layers {
		found, err := c.Repository.HasBlob(ctx, layer)
		if err != nil {
			if err = c.blame("layer", layer.Digest, err); err != nil {
				return nil, false, err
			}
			whole = false
			continue
		}
		if !found && images.IsNonDistributable(layer.MediaType) {
			continue
		}
		if !found {
			c.fault("layer %s is missing", layer.Digest)
			whole = false
			continue
		}
		there = append(there, layer)
	}
	return there, whole, nil
}
