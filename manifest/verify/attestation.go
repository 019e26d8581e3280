package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// attestation checks the attestation manifest of an image, its subject and its
// statements, and reads the test record.
func (c *imageCheck) attestation(ctx context.Context) error {
	defer c.unproven()
	defer c.untested()
	if c.image.Attestation == nil {
		return nil
	}
	m, ok, err := c.manifest(ctx, "attestation", *c.image.Attestation)
	if err != nil || !ok {
		return err
	}
	if _, err := c.Repository.Fetch(ctx, m.Config); err != nil {
		what := fmt.Sprintf("the config %s of attestation", m.Config.Digest)
		if err := c.blame(what, c.image.Attestation.Digest, err); err != nil {
			return err
		}
	}
	if m.Subject != nil && m.Subject.Digest != c.image.Manifest.Digest {
		c.fault("attestation %s is of %s", c.image.Attestation.Digest, m.Subject.Digest)
	}
	for _, layer := range m.Layers {
		if err := c.statement(ctx, layer); err != nil {
			return err
		}
	}
	return nil
}

// statement checks that one statement is there, and is about the image.
func (c *imageCheck) statement(ctx context.Context, desc ocispec.Descriptor) error {
	kind := desc.Annotations[manifest.PredicateTypeAnnotation]
	if desc.Size > manifest.MaxDocument { // an SBOM may be large
		there, err := c.Repository.HasBlob(ctx, desc)
		if err == nil && !there {
			c.fault("statement %s is missing (%s)", desc.Digest, kind)
		}
		return err
	}
	body, err := c.Repository.Fetch(ctx, desc)
	if err != nil {
		return c.blame("statement", desc.Digest, err)
	}
	switch kind {
	case record.PredicateType:
		c.record(body)
		return nil
	case record.ReproductionType:
		c.reproduction(body)
		return nil
	}
	var said struct {
		Subject []struct{ Digest map[string]string }
	}
	if err := json.Unmarshal(body, &said); err != nil {
		c.fault("statement %s (%s): %v", desc.Digest, kind, err)
		return nil
	}
	image := c.image.Manifest.Digest
	about := slices.ContainsFunc(said.Subject, func(s struct{ Digest map[string]string }) bool {
		return s.Digest[image.Algorithm().String()] == image.Encoded()
	})
	switch {
	case len(said.Subject) == 0:
		c.fault("statement %s (%s) does not say of what it is", desc.Digest, kind)
	case !about:
		c.fault("statement %s (%s) is of another image", desc.Digest, kind)
	}
	return nil
}

// record reads the test record. A waiver is no test: it is a fault where tests are
// required.
func (c *imageCheck) record(body []byte) {
	rec, err := record.Parse(body, c.image.Manifest.Digest)
	if err != nil {
		c.fault("%v", err)
		return
	}
	c.result.Record, c.result.RecordedAllowForeign = rec.Result, rec.Allowed()
	switch {
	case rec.Result == record.Failed:
		c.fault("its test record says that it failed")
	case rec.Result == record.Warned && c.RequireTested:
		c.fault("it was let through: %s", cmp.Or(rec.Reason, "without a reason"))
	}
}

// reproduction reads the record of a second build. That it has made another image is a fault where that is asked for.
func (c *imageCheck) reproduction(body []byte) {
	again, err := record.ParseReproduction(body, c.image.Manifest.Digest)
	if err != nil {
		c.fault("%v", err)
		return
	}
	c.result.Reproduction, c.result.Differences = again.Result, again.Differences
	if c.RequireReproducible && again.Result != record.Reproduced {
		c.fault("a second build has made another image")
	}
}

// unproven is a fault where images are to be reproducible.
func (c *imageCheck) unproven() {
	if c.RequireReproducible && c.result.Reproduction == "" {
		c.fault("it has no record that a second build has made the same image")
	}
}

// untested is a fault where tests are required.
func (c *imageCheck) untested() {
	if c.RequireTested && c.result.Record == "" {
		c.fault("it has no test record")
	}
}
