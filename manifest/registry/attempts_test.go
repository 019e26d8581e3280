package registry

import (
	"context"
	"net/http"
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

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name, value string
		want        time.Duration
		ok          bool
	}{
		{"seconds", "37", 37 * time.Second, true},
		{"zero", "0", 0, false},
		{"negative", "-5", 0, false},
		{"fraction", "1.5", 0, false},
		{"empty", "", 0, false},
		{"garbage", "soon", 0, false},
		{"a day", "86400", time.Hour, true},
		{"more than fits", "99999999999999999999999", time.Hour, true},
		{"date", now.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second, true},
		{"date of old form", "Sunday, 01-Mar-26 12:00:10 GMT", 10 * time.Second, true},
		{"date in the past", now.Add(-time.Minute).Format(http.TimeFormat), 0, false},
		{"date without zone", "Sun, 01 Mar 2026 12:00:10", 0, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := parseRetryAfter(tc.value, now)
			assert.Equal(t, ok, tc.ok)
			if tc.ok {
				assert.Equal(t, got, tc.want)
			}
		})
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, seed := range []string{"1", "-1", "1e9", "Sun, 01 Mar 2026 12:00:10 GMT", "4294967296", " 5", "\x00"} {
		f.Add(seed)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		d, ok := parseRetryAfter(value, now)
		assert.Assert(t, ok == (d > 0) || d < 0, "%q: %v %v", value, d, ok)
		if digits := strings.Trim(value, "0123456789"); ok && digits == "" {
			assert.Assert(t, d <= time.Hour, "%q: %v", value, d)
		}
	})
}

func TestAskedIgnoresWrongClocks(t *testing.T) {
	server := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) // years ahead of us
	resp := &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{
		"Date":        {server.Format(http.TimeFormat)},
		"Retry-After": {server.Add(20 * time.Second).Format(http.TimeFormat)},
	}}
	assert.Equal(t, asked(resp, newFakeClock()), 20*time.Second)
	resp.Header.Set("Retry-After", "86400")
	assert.Equal(t, asked(resp, newFakeClock()), maxAsked)
	resp.StatusCode = http.StatusNotFound
	assert.Equal(t, asked(resp, newFakeClock()), time.Duration(0))
}
