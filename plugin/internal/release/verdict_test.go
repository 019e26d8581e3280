package release

import (
	"context"
	"testing"

	"gotest.tools/v3/assert"
)

// What stands on the display of a platform is what became of its tags, also where somebody has stopped in between.
func TestVerdict(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	cut := context.Canceled
	for _, tc := range []struct {
		published int
		stopped   bool
		verdict   string
	}{
		{0, false, "not published"},
		{0, true, "canceled"},
		{1, false, "1 of 2 names"},
		{1, true, "1 of 2 names"},
		{2, true, "published"},
	} {
		ctx := t.Context()
		if tc.stopped {
			ctx = stopped
		}
		d := &delivering{targets: make([]Target, 2)}
		d.outcome.Published = make([]Delivered, tc.published)
		verdict, fault := d.verdict(ctx, cut)
		assert.Equal(t, verdict, tc.verdict)
		assert.Equal(t, fault == "", verdict == "published")
	}
}
