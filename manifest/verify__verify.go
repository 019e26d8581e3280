package manifest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
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
	// Deep also looks into every layer. Nil: the layers are only asked for.
	Deep *Deep
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
	// Audited is how many layers were audited; 0 where they were not looked into. Findings are what was found.
	Audited  int             `json:"audited,omitempty"`
	Findings []audit.Finding `json:"findings,omitempty"`
}

// Foreign lists the findings of the audit that are faults.
func (p PlatformCheck) Foreign() []audit.Finding {
	return audit.Report{Findings: p.Findings}.Errors()
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
		c.Deep.origins.Learn(c.Repository, desc, body)
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
		c.Deep.origins.Keep(desc, body)
	}
	stated, err := PlatformOf(body)
	if err != nil {
		c.fault("config %s: %v", desc.Digest, err)
		return false, nil
	}
	if c.image.Platform.OS == "" {
		c.image.Platform = stated
		c.result.Platform = FormatPlatform(stated)
		return true, nil
	}
	if FormatPlatform(stated) != FormatPlatform(c.image.Platform) && c.image.Annotations[PlatformSetAnnotation] == "" {
		c.fault("its config says %s", FormatPlatform(stated))
	}
	return true, nil
}
