package plugin

import (
	"context"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// audit audits an image of the registry, unless its record shows that it has passed that.
func (p *published) audit(ctx context.Context, image manifest.Image, row *platformResult) error {
	rec, recorded, err := record.Of(ctx, manifest.At(p.repository), image)
	if err != nil {
		return err
	}
	if recorded && record.Audited(rec, p.plan.allowForeign) {
		row.audited = true
		return nil
	}
	p.origins.At(p.repository, image.Manifest)
	found, err := showAudit(p.display, image.Platform, func() (audit.Report, error) { return p.deep.Audit(ctx, image) })
	if err == nil {
		row.noteAudit(found, "test")
	}
	return err
}
