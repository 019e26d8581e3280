package option

import (
	"os"

	"github.com/spf13/pflag"
)

// Builder choose the builder.
type Builder struct{ Name string }

// AddFlags binds --builder.
func (o *Builder) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.Name, "builder", os.Getenv("BUILDX_BUILDER"), "Override the configured builder instance")
}
