package plugin

import (
	"os"

	"github.com/spf13/pflag"
)

// builderOptions choose the builder.
type builderOptions struct{ builder string }

func (o *builderOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.builder, "builder", os.Getenv("BUILDX_BUILDER"), "Override the configured builder instance")
}
