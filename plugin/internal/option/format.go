package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// AddFormat binds --format of a command that has a table.
func AddFormat(flags *pflag.FlagSet, format *string) {
	flags.StringVar(format, "format", view.FormatTable, `Format the output ("table", "json", or a Go template)`)
}
