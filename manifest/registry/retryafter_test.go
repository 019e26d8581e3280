package registry

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

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
