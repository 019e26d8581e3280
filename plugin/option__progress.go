package plugin

import "github.com/spf13/pflag"

// addProgressFlags binds the flags that choose the display.
func addProgressFlags(flags *pflag.FlagSet, o *progressOptions) {
	flags.StringVar(&o.mode, "progress", "auto",
		`Set type of progress output ("auto", "none", "plain", "tty", "quiet", "rawjson")`)
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "Suppress progress, print the result only")
}
