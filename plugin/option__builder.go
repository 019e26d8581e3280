package plugin

import (
	"errors"
	"os"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// builderOptions choose the builder.
type builderOptions struct{ builder string }

func (o *builderOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.builder, "builder", os.Getenv("BUILDX_BUILDER"), "Override the configured builder instance")
}

// resolve names the builder to use, or tells how to get one.
func (o *builderOptions) resolve(client *builder.Client) (string, error) {
	name, err := client.Resolve(o.builder)
	if errors.Is(err, builder.ErrElsewhere) {
		return "", fail(builder.ErrNotReady, err, "docker multiplat init --builder NAME, for a builder of this engine",
			"to build there all the same: --builder "+name)
	}
	next := "docker multiplat init"
	if o.builder != "" {
		next += " --builder " + o.builder
	}
	return name, fail(builder.ErrNotReady, err, next)
}
