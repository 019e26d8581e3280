package plugin

import (
	"time"

	"github.com/spf13/pflag"
)

// timeLimitOptions end a command that takes too long as a whole, whatever its single requests do.
type timeLimitOptions struct{ timeLimit time.Duration }

// addFlags binds it.
func (o *timeLimitOptions) addFlags(flags *pflag.FlagSet) {
	flags.DurationVar(&o.timeLimit, "timeout", 0,
		"Give up after this time, in a state that may be continued by running again (0 for no limit)")
}

// validate refuses what is no time.
func (o *timeLimitOptions) validate() error {
	if o.timeLimit < 0 {
		return usageError("--timeout %s is less than nothing; give a time like 10m, or 0 for no limit", o.timeLimit)
	}
	return nil
}
