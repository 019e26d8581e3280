package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Deep have the audit look into images that stand elsewhere, which reads every layer.
type Deep struct {
	Deep         bool
	allowForeign []string
}

// AddFlags binds them; usage is of --deep.
func (o *Deep) AddFlags(flags *pflag.FlagSet, usage string) {
	flags.BoolVar(&o.Deep, "deep", false, usage)
	flags.StringArrayVar(&o.allowForeign, "allow-foreign", nil,
		`Let the audit of --deep pass programs of other platforms at these paths (e.g., "/opt/firmware/**")`)
}

// Allowed parses --allow-foreign.
func (o *Deep) Allowed() (audit.Globs, error) {
	if len(o.allowForeign) > 0 && !o.Deep {
		return audit.Globs{}, failure.Usage("--allow-foreign %q is for --deep, which is not there", o.allowForeign[0])
	}
	return parseForeign(o.allowForeign)
}
