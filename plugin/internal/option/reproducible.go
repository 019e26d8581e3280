package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// AddReproducible binds the flag that gives everything in an image one time. The value is empty where it is not given.
func AddReproducible(flags *pflag.FlagSet, value *string) {
	flags.StringVar(value, "reproducible", "",
		"Set SOURCE_DATE_EPOCH to the time of the commit (or =SECONDS, =TIME), and the times of files too")
	flags.Lookup("reproducible").NoOptDefVal = request.EpochOfCommit
}
