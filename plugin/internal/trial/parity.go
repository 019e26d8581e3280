package trial

import (
	"context"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// Parity says whether the platforms have to be the same app, but for what is allowed.
type Parity struct {
	Required bool
	Allow    parity.Allowed
}

// settings are what a record says of it.
func (p Parity) settings() []record.Setting {
	return []record.Setting{{
		Name: "require-parity", Value: strings.Join(append([]string{"true"}, p.Allow.Patterns()...), " "),
	}}
}

// Unlike is the outcome of an image that is not the app that other platforms are: what was found is the audit's. Where
// they have to be the same app, it failed.
func (o Outcome) Unlike(differences []parity.Difference, plan Plan) Outcome {
	found := *o.Audit
	added := parity.Findings(differences, plan.Alike().Required)
	if !plan.Alike().Required {
		found.Findings = append(slices.Clone(found.Findings), added...)
		o.Audit = &found
		return o
	}
	found.Findings = append(slices.Clone(found.Errors()), slices.Concat(added, found.Notes())...)
	o.Audit = &found
	o.State, o.Reason, o.unlike = draft.Failed, auditReason(found), true
	o.record, o.drop = failedAudit(plan.For(o.Platform, o.Emulated).AllowForeign), false
	o.record.Configuration = append(o.record.Configuration, plan.Alike().settings()...)
	return o
}

// Holds is what an image of the store is, nil where that cannot be told. Nothing that was audited before is read again.
func (s *Shelf) Holds(ctx context.Context, image manifest.Image) *audit.Holds {
	report, err := s.auditor.Audit(ctx, image.Manifest, image.Platform, audit.Globs{})
	if err != nil { // its layers may be staged
		if looked, _ := s.auditor.Looked(ctx, image.Manifest.Digest); looked != nil {
			report, err = s.auditor.AuditLooked(ctx, image.Manifest, image.Platform, audit.Globs{}, looked)
		}
	}
	if err != nil {
		return nil // it is not this image that is judged
	}
	return report.Holds
}
