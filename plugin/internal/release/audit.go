package release

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
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
	wrong, sides := make([]*trial.FoundError, len(parts)), make([]parity.Side, len(parts))
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
			if err == nil {
				err = m.keepAudit(ctx, part, found)
			}
			sides[i] = parity.Side{Platform: part.Platform, Holds: found.Holds}
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
	m.compare(parts, sides, wrong)
	return failure.Wrap(failure.ErrAudit, trial.JoinFound(wrong), "")
}

// keepAudit has this machine know what was found in a part.
func (m *merging) keepAudit(ctx context.Context, part source.Entry, found audit.Report) error {
	debts := m.session.host.Debts()
	if m.request.DryRun || len(found.Errors()) == 0 && !debts.Any() {
		return nil
	}
	config, err := configOf(ctx, source.At(part.Place), part.Manifest)
	if err != nil || config == "" {
		return err
	}
	of := trial.Identity{Config: config, Name: part.Source, Debts: debts}
	if err := of.Looked(ctx, platform.Format(part.Platform), found, m.Allow); err != nil {
		m.session.Notify(trial.NotKept(err))
	}
	return nil
}

// compare tells whether the audited parts are the same app: in one line, or as what the audit has against them.
func (m *merging) compare(parts []source.Entry, sides []parity.Side, wrong []*trial.FoundError) {
	said := false
	for i, found := range parity.Judge(sides, m.Parity.Allow) {
		name := platform.Format(parts[i].Platform) + " of " + parts[i].Source
		switch {
		case len(found) == 0:
		case m.Parity.Required:
			report := audit.Report{Findings: parity.Findings(found, true)}
			wrong[i] = wrong[i].With(trial.AuditError(name, report, "merge"))
		case !said:
			said = true
			m.session.Notify(visible.Whole(
				fmt.Sprintf("%s is not the same app as %s: it %s", name, found[0].Than, found[0].Text)))
		}
	}
}
