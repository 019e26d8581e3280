package plugin

import (
	"context"
	"errors"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// deepOptions have the audit look into images that stand elsewhere, which reads every layer.
type deepOptions struct {
	deep         bool
	allowForeign []string
}

func (o *deepOptions) addFlags(flags *pflag.FlagSet, usage string) {
	flags.BoolVar(&o.deep, "deep", false, usage)
	flags.StringArrayVar(&o.allowForeign, "allow-foreign", nil,
		`Let the audit of --deep pass programs of other platforms at these paths (e.g., "/opt/firmware/**")`)
}

// allowed parses --allow-foreign.
func (o *deepOptions) allowed() (audit.Globs, error) {
	if len(o.allowForeign) > 0 && !o.deep {
		return audit.Globs{}, usageError("--allow-foreign %q is for --deep, which is not there", o.allowForeign[0])
	}
	return parseForeign(o.allowForeign)
}

// auditParts audits the images that are to be merged, but for those carried over and those whose records show that
// they have passed.
func (m merging) auditParts(
	ctx context.Context, d *delivery, origins *manifest.Origins, parts []manifest.Part, shipped []shippedImage,
) error {
	deep := manifest.NewDeep(origins, m.allow)
	wrong := make([]error, len(parts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i, part := range parts {
		if part.Carried || record.Audited(shipped[i].record, m.allow) {
			continue
		}
		group.Go(func() error {
			found, err := showAudit(d.display, part.Platform, func() (audit.Report, error) {
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
