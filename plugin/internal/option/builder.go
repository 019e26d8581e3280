package option

import (
	"os"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// builderVariable is the environment variable that names the builder where --builder does not.
const builderVariable = "BUILDX_BUILDER"

// Builder choose the builder.
type Builder struct{ Name string }

// NamedBuilder is the builder that the environment names; empty: it names none.
func NamedBuilder() string { return os.Getenv(builderVariable) }

// AddFlags binds --builder.
func (o *Builder) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.Name, "builder", NamedBuilder(), "Override the configured builder instance")
}

// CheckName refuses what no builder can be called; made tells that one of the name is made.
func (o *Builder) CheckName(made bool) error {
	if o.Name == "" {
		return nil
	}
	from := "--builder"
	if o.Name == os.Getenv(builderVariable) {
		from += " or " + builderVariable
	}
	if err := builder.CheckName(o.Name, made); err != nil {
		return failure.Usage("%s: %w", from, err)
	}
	return nil
}
