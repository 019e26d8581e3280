package plugin

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// auditParts audits the images that are to be merged, but for those carried over and those whose records show that
// they have passed.
func (m *merging) auditParts(ctx context.Context, parts []manifest.Part, platforms []shippedImage) error {
	deep := manifest.NewDeep(m.origins, m.allow)
	wrong := make([]error, len(parts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i, part := range parts {
		if part.Carried || record.Audited(platforms[i].record, m.allow) {
			continue
		}
		group.Go(func() error {
			found, err := showAudit(m.session.pw, part.Platform, func() (audit.Report, error) {
				return deep.Audit(ctx, part.Image)
			})
			if err == nil && len(found.Errors()) > 0 {
				wrong[i] = auditError(manifest.FormatPlatform(part.Platform)+" of "+part.Source, found, "merge")
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return fail(errAudit, errors.Join(wrong...), "")
}
