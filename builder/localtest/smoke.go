package localtest

import (
	"context"
	"fmt"
)

// smoke starts the image as users start it. With a HEALTHCHECK it has to become healthy; without, it has to end with 0
// or still be running after a while.
func (r *runner) smoke(ctx context.Context) (Case, error) {
	if check := r.healthcheck(); check != nil {
		return r.healthy(ctx, check)
	}
	spec := r.container()
	spec.Limit = r.spec.startPeriod(r.image.Emulated)
	exit, err := r.runTwice(ctx, spec)
	if err != nil {
		return Case{}, err
	}
	exit.Watched = exit.Running // a server that runs is what was to be seen
	return r.judge(ctx, exit, spec.Limit, func() (Verdict, string) {
		wrongFile := unstarted(exit)
		switch {
		case exit.Running:
			return Passed, fmt.Sprintf("still running after %s", round(spec.Limit))
		case exit.Code == 0:
			return Passed, ""
		case wrongFile != "":
			return Failed, wrongFile
		}
		reason := fmt.Sprintf("the image ends with %s when it is started without arguments", ended(exit.Code))
		return Failed, advised(reason, r.spec.Advice.Smoke)
	})
}
