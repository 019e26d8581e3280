package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// AddFormat binds --format of a command that has a table.
func AddFormat(flags *pflag.FlagSet, format *string) {
	flags.StringVar(format, "format", view.FormatTable, `Format the output ("table", "json", or a Go template)`)
}

// AddNoTrunc binds --no-trunc of a command whose table leaves out what has no room.
func AddNoTrunc(flags *pflag.FlagSet, noTrunc *bool) {
	flags.BoolVar(noTrunc, "no-trunc", false, "Show all columns, in whole")
}
