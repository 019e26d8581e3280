package builder

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
)

// A node that refuses further connections is there as long as it answers on the one that it works on. One that is cut off
// before its first sign of life, and refused by what is in between, is lost.
func TestNodeThatRefusesConnections(t *testing.T) {
	refused := errors.New("connection refused")
	for _, lost := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, done := context.WithTimeout(t.Context(), time.Hour)
			defer done()
			working := func(ctx context.Context) error {
				if !lost {
					return nil
				}
				question, done := patiently(ctx, "tcp://pi:1234")
				defer done()
				<-question.Done()
				return silence(question)
			}
			own := func(context.Context) error { return refused }
			got := nodePulse().Lost(ctx, func(ctx context.Context) error { return askBoth(ctx, own, working) })
			assert.Equal(t, got, lost)
		})
	}
}
