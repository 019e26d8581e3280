package localtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
)

// What dockerd assumes where a HEALTHCHECK does not say it (moby daemon/health.go).
const (
	probeInterval = 30 * time.Second
	probeTimeout  = 30 * time.Second
	probeRetries  = 3
)

// pollInterval is how often a container is looked at while its state is awaited.
const pollInterval = 200 * time.Millisecond

// healthcheck is the image's HEALTHCHECK made fit for a test, nil when it has none. dockerd's first probe comes after
// the interval, 30 s by default, when the test is over: so probes come every second. What the image would be given
// until it counts as unhealthy it is still given, as far as the time that healthy waits allows.
func (r *runner) healthcheck() *enginecontainer.HealthConfig {
	own := r.image.Config.Healthcheck
	if own == nil || len(own.Test) == 0 || own.Test[0] == "NONE" {
		return nil
	}
	interval, timeout, retries := own.Interval, own.Timeout, own.Retries
	if interval == 0 {
		interval = probeInterval
	}
	if timeout == 0 {
		timeout = probeTimeout
	}
	if retries == 0 {
		retries = probeRetries
	}
	scaled := func(d, most time.Duration) time.Duration { return min(r.spec.scaled(d, r.image.Emulated), most) }
	return &enginecontainer.HealthConfig{
		Test:          own.Test,
		Interval:      time.Second,
		StartInterval: time.Second,
		StartPeriod:   scaled(own.StartPeriod+time.Duration(retries)*interval, r.startLimit()),
		Timeout:       scaled(timeout, r.limit()),
		Retries:       retries,
	}
}

// mostStart is how long the start period of an image is waited for at most: its author sets it, and the test is to end.
const mostStart = 10 * time.Minute

// startLimit is how long an image with a HEALTHCHECK has to become healthy: as long as a test may take, after the time
// that the image says its start takes. A probe that says no in that time is no answer.
func (r *runner) startLimit() time.Duration { return r.limit() + min(r.startTime(), mostStart) }

// startTime is the start period that the image declares, as long as it is on this platform.
func (r *runner) startTime() time.Duration {
	return r.spec.scaled(r.image.Config.Healthcheck.StartPeriod, r.image.Emulated)
}

// health is what was seen of a container's health.
type health struct {
	status enginecontainer.HealthStatus
	last   *enginecontainer.HealthcheckResult
}

// healthy starts the image and waits until its HEALTHCHECK has decided.
func (r *runner) healthy(ctx context.Context, check *enginecontainer.HealthConfig) (Case, error) {
	var seen health
	spec := r.container()
	spec.Config.Healthcheck, spec.Limit = check, r.startLimit()
	spec.Config.Shell = r.image.Config.Shell // the probe's, where it is not run by an engine
	spec.Watch = func(ctx context.Context, id string) error { return r.awaitHealth(ctx, id, &seen) }
	exit, err := r.runTwice(ctx, spec)
	if err != nil {
		return Case{}, err
	}
	if exit.Running && seen.last != nil {
		exit.Watched = true // a probe has said no until the end: that is an answer
	}
	return r.judge(ctx, exit, spec.Limit, func() (Verdict, string) {
		wrongFile, took := unstarted(exit), round(exit.Took)
		switch {
		case !exit.Running && wrongFile != "":
			return Failed, wrongFile
		case !exit.Running:
			return Failed, fmt.Sprintf("the image ends with %s before its HEALTHCHECK succeeds", ended(exit.Code))
		case seen.status == enginecontainer.Healthy:
			return Passed, fmt.Sprintf("healthy after %s", took)
		case seen.status != enginecontainer.Unhealthy && r.startTime() > spec.Limit:
			return Inconclusive, advised(fmt.Sprintf("not healthy after %s, and its HEALTHCHECK has a start period of %s",
				took, r.startTime()), r.spec.Advice.Health)
		}
		return Failed, fmt.Sprintf("not healthy after %s; its HEALTHCHECK's last %s", took, answered(seen.last))
	})
}

// answered says what a probe came to. One without an exit code was ended by the engine, which says why.
func answered(probe *enginecontainer.HealthcheckResult) string {
	if probe.ExitCode < 0 {
		return "probe gave no answer" + quoted(probe.Output)
	}
	return "answer was " + ended(probe.ExitCode) + quoted(probe.Output)
}

// quoted puts the end of an answer after a colon.
func quoted(answer string) string {
	if answer = strings.TrimSpace(tail([]byte(answer))); answer == "" {
		return ""
	}
	return ": " + answer
}

// awaitHealth returns when the engine calls the container healthy or unhealthy. Of one that has ended, which the engine
// calls unhealthy too, the end is what counts.
func (r *runner) awaitHealth(ctx context.Context, id string, seen *health) error {
	for {
		inspected, err := r.engine.ContainerInspect(ctx, id, dockerclient.ContainerInspectOptions{})
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("looking at the health of a container: %w", err)
		}
		if err == nil && seen.note(inspected.Container.State) || !pause(ctx, pollInterval) {
			return nil
		}
	}
}

// note remembers a state and tells whether it is final.
func (h *health) note(state *enginecontainer.State) bool {
	if state == nil || !state.Running || state.Health == nil {
		return false
	}
	h.status = state.Health.Status
	if n := len(state.Health.Log); n > 0 {
		h.last = state.Health.Log[n-1]
	}
	return h.last != nil && (h.status == enginecontainer.Healthy || h.status == enginecontainer.Unhealthy)
}

// pause waits; false when ctx is done before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
