package plugin

import "github.com/spf13/pflag"

// addFormatFlag binds --format of a command that has a table.
func addFormatFlag(flags *pflag.FlagSet, format *string) {
	flags.StringVar(format, "format", formatTable, `Format the output ("table", "json", or a Go template)`)
}
