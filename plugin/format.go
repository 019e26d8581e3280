package plugin

import (
	"github.com/spf13/pflag"
)

const formatJSON = "json"

func addFormatFlag(flags *pflag.FlagSet, format *string) {
	flags.StringVar(format, "format", "table", `Format the output ("table", "json")`)
}

func checkFormat(format string) error {
	if format != "table" && format != formatJSON {
		return usageError(`unknown format %q; use table or json`, format)
	}
	return nil
}
