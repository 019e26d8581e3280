package plugin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// timeLimitOptions end a command that takes too long as a whole, whatever its single requests do.
type timeLimitOptions struct{ timeLimit time.Duration }

func (o *timeLimitOptions) addFlags(flags *pflag.FlagSet) {
	flags.DurationVar(&o.timeLimit, "timeout", 0,
		"Give up after this time, in a state that may be continued by running again (0 for no limit)")
}

func (o *timeLimitOptions) validate() error {
	if o.timeLimit < 0 {
		return usageError("--timeout %s is less than nothing; give a time like 10m, or 0 for no limit", o.timeLimit)
	}
	return nil
}

// run does work within the limit. What it says of tags when the time is over is kept; the reason is the time.
func (o *timeLimitOptions) run(ctx context.Context, work func(context.Context) error) error {
	if o.timeLimit == 0 {
		return work(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, o.timeLimit)
	defer cancel()
	err := work(limited)
	if err == nil || ctx.Err() != nil || limited.Err() == nil {
		return err
	}
	over := fmt.Errorf("giving up after --timeout %s", o.timeLimit)
	var told *failure
	if !errors.As(err, &told) {
		return fail(registry.ErrUnavailable, over, "")
	}
	return fail(registry.ErrUnavailable, over, told.next, told.notes...)
}
