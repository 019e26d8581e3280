package release

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/verify"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// auditParts audits the images that are to be merged, but for those carried over. What their records say does not
// count: whoever may push to a registry can write one there. What they let pass is said.
func (m *merging) auditParts(ctx context.Context, parts []source.Entry, known []Shipped) error {
	deep := verify.NewLayers(m.origins, m.Allow)
	wrong := make([]*trial.FoundError, len(parts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i, part := range parts {
		if part.Carried {
			continue
		}
		group.Go(func() error {
			found, err := trial.ShowAudit(m.session.pw, part.Platform, func() (audit.Report, error) {
				return deep.Audit(ctx, part.Image)
			})
			if err == nil && len(found.Errors()) > 0 {
				name := platform.Format(part.Platform) + " of " + part.Source
				wrong[i] = trial.AuditError(name, found, "merge").Recalling(name, known[i].record.Allowed())
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return failure.Wrap(failure.ErrAudit, trial.JoinFound(wrong), "")
}
