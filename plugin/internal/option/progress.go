package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// AddProgress binds the flags that choose the display.
func AddProgress(flags *pflag.FlagSet, o *view.Progress) {
	flags.StringVar(&o.Mode, "progress", "auto",
		`Set type of progress output ("auto", "none", "plain", "tty", "quiet", "rawjson")`)
	flags.BoolVarP(&o.Quiet, "quiet", "q", false, "Suppress progress, print the result only")
}
