package plugin

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// guardOptions lift the guards of a tag one by one, by name, or add one.
type guardOptions struct {
	allowShrink bool
	allowMoved  bool
	noOverwrite bool
}

// addFlags binds them.
func (o *guardOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.allowShrink, "allow-shrink", false, "Let the tag lose platforms that it serves now")
	flags.BoolVar(&o.allowMoved, "allow-moved", false, "Overwrite what others write to the tag in the meantime")
	flags.BoolVar(&o.noOverwrite, "no-overwrite", false, "Refuse a tag that holds something else already")
}

// parse makes guards of the flags.
func (o *guardOptions) parse() manifest.Guards {
	return manifest.Guards{AllowShrink: o.allowShrink, AllowMoved: o.allowMoved, NoOverwrite: o.noOverwrite}
}
