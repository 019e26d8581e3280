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

func (o *guardOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.allowShrink, "allow-shrink", false, "Let the tag lose platforms that it serves now")
	flags.BoolVar(&o.allowMoved, "allow-moved", false, "Overwrite what others write to the tag in the meantime")
	flags.BoolVar(&o.noOverwrite, "no-overwrite", false, "Refuse a tag that holds something else already")
}

// guard puts the options into a publication.
func (o *guardOptions) guard(p *manifest.Publication) {
	p.Guards = manifest.Guards{AllowShrink: o.allowShrink, AllowMoved: o.allowMoved, NoOverwrite: o.noOverwrite}
}
