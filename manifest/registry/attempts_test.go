package registry

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestRetryGivesUp(t *testing.T) {
	proxy := registrytest.New(t)
	repo, clock := openRepo(t, proxy)
	proxy.On(
		"GET",
		"/manifests/",
		0,
		registrytest.Status(503, `{"errors":[{"code":"UNAVAILABLE","message":"storage is down"}]}`),
	)
	_, _, err := repo.Resolve(t.Context(), "1")
	assert.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorContains(t, err, proxy.Host()+": 503 Service Unavailable: UNAVAILABLE: storage is down")
	assert.Assert(t, is.Len(proxy.Log("GET .*/manifests/"), maxTries))
	_, sum := clock.waited()
	assert.Assert(t, sum <= defaultBudget)
}

func TestRetryBudget(t *testing.T) {
	proxy := registrytest.New(t)
	repo, clock := openRepo(t, proxy, WithRetryBudget(2*time.Second))
	proxy.On("GET", "/manifests/", 0, registrytest.Status(502, ""))
	_, _, err := repo.Resolve(t.Context(), "1")
	assert.ErrorIs(t, err, ErrUnavailable)
	waits, sum := clock.waited()
	assert.Assert(t, len(waits) < maxTries-1 && sum <= 2*time.Second, "%v", waits)
}

// The pauses fill the time there is for them, whichever that is.
func TestRetryFillsBudget(t *testing.T) {
	for _, budget := range []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute} {
		t.Run(budget.String(), func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, clock := openRepo(t, proxy, WithRetryBudget(budget))
			proxy.On("GET", "/manifests/", 0, registrytest.Status(502, ""))
			_, _, err := repo.Resolve(t.Context(), "1")
			assert.ErrorIs(t, err, ErrUnavailable)
			waits, sum := clock.waited()
			assert.Assert(t, is.Len(waits, maxTries-1))
			assert.Assert(t, sum <= budget && sum > budget*7/10, "%v", waits)
			assert.Assert(t, waits[0] <= firstBackOff, "%v", waits)
		})
	}
}

// A long pause is told of, also when it is our own.
func TestRetryTellsOfLongPauses(t *testing.T) {
	for why, fault := range map[string]registrytest.Fault{
		"HOST is busy": registrytest.Status(502, ""), "no answer from HOST": registrytest.HangUp(0),
	} {
		t.Run(why, func(t *testing.T) {
			proxy := registrytest.New(t)
			var lines []string
			repo, _ := openRepo(t, proxy, WithNotify(func(msg string) { lines = append(lines, msg) }))
			proxy.On("GET", "/manifests/", 0, fault)
			_, _, err := repo.Resolve(t.Context(), "1")
			assert.ErrorIs(t, err, ErrUnavailable)
			assert.Assert(t, is.Len(lines, 2), "%v", lines)
			begins := regexp.QuoteMeta(strings.ReplaceAll(why, "HOST", proxy.Host()))
			assert.Assert(t, is.Regexp(begins+`, waiting \d+ s \(5 of 6\)`, lines[0]))
			assert.Assert(t, is.Regexp(begins+`, waiting \d+ s \(6 of 6\)`, lines[1]))
		})
	}
}

// One request that is limited holds back all others to its host, also those that come later.
func TestRetryGateHoldsOthers(t *testing.T) {
	for name, tc := range map[string]struct {
		limited registrytest.Fault
		call    func(ctx context.Context, r *Repository) error
	}{
		"as long as the registry says": {registrytest.Status(429, "", "Retry-After: 60"), resolve("limited")},
		"as long as it waits itself":   {registrytest.Status(429, ""), resolve("limited")},
		"an upload":                    {registrytest.Status(429, ""), push([]byte("layer"))},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			clock := newStoppedClock()
			client := New(WithClock(clock))
			repo, err := client.Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Push)
			assert.NilError(t, err)
			proxy.On("GET", "/manifests/limited", 0, tc.limited)
			proxy.On("PATCH", "/blobs/", 0, tc.limited)

			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 2)
			go func() { done <- tc.call(ctx, repo) }()
			wait := clock.next(t)
			go func() { done <- resolve("other")(ctx, repo) }()
			assert.Equal(t, clock.next(t), wait)
			assert.Assert(t, is.Len(proxy.Log("/manifests/other"), 0))

			cancel()
			for range 2 {
				assert.ErrorIs(t, <-done, context.Canceled)
			}
		})
	}
}

func resolve(ref string) func(ctx context.Context, r *Repository) error {
	return func(ctx context.Context, r *Repository) error {
		_, _, err := r.Resolve(ctx, ref)
		return err
	}
}
