package plugin

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// deepOptions have the audit look into images that stand elsewhere, which reads every layer.
type deepOptions struct {
	deep         bool
	allowForeign []string
}

// addFlags binds them; usage is of --deep.
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
