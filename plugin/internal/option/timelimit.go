package option

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// TimeLimit end a command that takes too long as a whole, whatever its single requests do.
type TimeLimit struct{ TimeLimit time.Duration }

// AddFlags binds it.
func (o *TimeLimit) AddFlags(flags *pflag.FlagSet) {
	flags.DurationVar(&o.TimeLimit, "timeout", 0,
		"Give up after this time, in a state that may be continued by running again (0 for no limit)")
}

// Validate refuses what is no time.
func (o *TimeLimit) Validate() error {
	if o.TimeLimit < 0 {
		return failure.Usage("--timeout %s is less than nothing; give a time like 10m, or 0 for no limit", o.TimeLimit)
	}
	return nil
}
