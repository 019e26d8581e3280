package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
)

// Guard lift the guards of a tag one by one, by name, or add one.
type Guard struct {
	AllowShrink bool
	AllowMoved  bool
	NoOverwrite bool
}

// AddFlags binds them.
func (o *Guard) AddFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.AllowShrink, "allow-shrink", false, "Let the tag lose platforms that it serves now")
	flags.BoolVar(&o.AllowMoved, "allow-moved", false, "Overwrite what others write to the tag in the meantime")
	flags.BoolVar(&o.NoOverwrite, "no-overwrite", false, "Refuse a tag that holds something else already")
}

// Parse makes guards of the flags.
func (o *Guard) Parse() publish.Guards {
	return publish.Guards{AllowShrink: o.AllowShrink, AllowMoved: o.AllowMoved, NoOverwrite: o.NoOverwrite}
}
