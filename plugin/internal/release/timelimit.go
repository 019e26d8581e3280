package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// within does work within a limit; 0 is none. What is known of tags when the time is over is kept; the reason is the
// time.
func within(ctx context.Context, limit time.Duration, work func(context.Context) error) error {
	if limit == 0 {
		return work(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := work(limited)
	if err == nil || ctx.Err() != nil || limited.Err() == nil {
		return err
	}
	over := failure.Wrap(registry.ErrUnavailable, fmt.Errorf("giving up after --timeout %s", limit), "")
	if known, ok := errors.AsType[*Error](err); ok {
		return known.because(over)
	}
	return over
}
