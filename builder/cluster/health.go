package cluster

import (
	"bytes"
	"context"
	"slices"
	"time"

	enginecontainer "github.com/moby/moby/api/types/container"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// probe does what an engine does with a HEALTHCHECK, of which clusters know nothing: it runs the probe again and again
// in the container, and keeps what came of it.
func (p *Pool) probe(ctx context.Context, r *run, check *enginecontainer.HealthConfig) {
	args := check.Test[1:]
	if check.Test[0] == "CMD-SHELL" {
		args = append(shellOf(r.config), check.Test[1])
	}
	streak, until := 0, time.Now().Add(check.StartPeriod)
	ticker := time.NewTicker(check.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.ended:
			return
		case <-ticker.C:
		}
		limited, done := context.WithTimeout(ctx, check.Timeout)
		exit, err := container.Exec(limited, p, r.name, args...)
		overdue := limited.Err() != nil && ctx.Err() == nil
		done()
		if err != nil && !overdue {
			continue // the container has ended, or others find out what has
		}
		result := &enginecontainer.HealthcheckResult{ExitCode: exit.Code, Output: string(append(exit.Stdout, exit.Stderr...))}
		if overdue {
			result.ExitCode, result.Output = -1, "not done after "+check.Timeout.String()
		}
		if streak++; result.ExitCode == 0 {
			streak = 0
		} else if time.Now().Before(until) {
			streak = 0 // no answer yet
		}
		r.keep(result, streak, check.Retries)
	}
}

// shellOf is the shell of a health check.
func shellOf(config enginecontainer.Config) []string {
	if len(config.Shell) > 0 {
		return slices.Clone(config.Shell)
	}
	return []string{"/bin/sh", "-c"}
}

// keep notes what a probe came to.
func (r *run) keep(result *enginecontainer.HealthcheckResult, streak, retries int) {
	status := enginecontainer.Starting
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case result.ExitCode == 0:
		status = enginecontainer.Healthy
	case streak >= retries:
		status = enginecontainer.Unhealthy
	case r.health != nil:
		status = r.health.Status
	}
	result.Output = string(bytes.TrimSpace([]byte(result.Output)))
	r.health = &enginecontainer.Health{
		Status: status, FailingStreak: streak, Log: []*enginecontainer.HealthcheckResult{result},
	}
}
