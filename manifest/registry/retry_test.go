package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestRetryEachStatusOnce(t *testing.T) {
	body := []byte("some layer")
	child := manifestBody("child")
	requests := map[string]struct {
		method, path string
		call         func(ctx context.Context, r *Repository) error
	}{
		"GET": {"GET", "/manifests/", func(ctx context.Context, r *Repository) error {
			_, _, err := r.Resolve(ctx, "old")
			return err
		}},
		"HEAD": {"HEAD", "/manifests/", func(ctx context.Context, r *Repository) error {
			_, err := r.Head(ctx, "old")
			return err
		}},
		"PUT by digest": {"PUT", "/manifests/", func(ctx context.Context, r *Repository) error {
			return r.PutManifest(ctx, digest.FromBytes(child).String(), ocispec.MediaTypeImageManifest, child)
		}},
		"PUT by tag": {"PUT", "/manifests/", func(ctx context.Context, r *Repository) error {
			if _, err := r.Head(ctx, "old"); err != nil {
				return err
			}
			return r.PutManifest(ctx, "old", ocispec.MediaTypeImageManifest, child)
		}},
		"POST":       {"POST", "/blobs/uploads/", push(body)},
		"PATCH":      {"PATCH", "/blobs/uploads/", push(body)},
		"PUT a blob": {"PUT", "/blobs/uploads/", push(body)},
		"HEAD blob":  {"HEAD", "/blobs/", push(body)},
	}
	for name, tc := range requests {
		for _, code := range []int{408, 425, 429, 499, 500, 502, 503, 504} {
			t.Run(fmt.Sprintf("%s %d", name, code), func(t *testing.T) {
				proxy := registrytest.New(t)
				repo, clock := openRepo(t, proxy)
				putManifest(t, repo, "old", manifestBody("old"))
				proxy.On(tc.method, tc.path, 1, registrytest.Status(code, ""))
				assert.NilError(t, tc.call(t.Context(), repo))
				waits, _ := clock.waited()
				assert.Assert(t, is.Len(waits, 1))
			})
		}
	}
}

func push(body []byte) func(ctx context.Context, r *Repository) error {
	return func(ctx context.Context, r *Repository) error {
		_, err := r.PushBlob(ctx, blobOf(body), opens(body), nil)
		return err
	}
}

func TestRetryLostConnection(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	want := putManifest(t, repo, "1", manifestBody("1"))
	proxy.On("GET", "/manifests/", 1, registrytest.HangUp(0))
	proxy.On("GET", "/manifests/", 3, registrytest.CutAnswer)
	for range 2 {
		desc, _, err := repo.Resolve(t.Context(), "1")
		assert.NilError(t, err)
		assert.Equal(t, desc.Digest, want)
	}
	assert.Assert(t, is.Len(proxy.Log("GET .*/manifests/1"), 4))
}

func TestRetryAfterObeyed(t *testing.T) {
	tests := map[string]func(date time.Time) string{
		"seconds": func(time.Time) string { return "37" },
		"date":    func(date time.Time) string { return date.Add(37 * time.Second).Format(http.TimeFormat) },
	}
	for name, header := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			var mu sync.Mutex
			var lines []string
			notify := WithNotify(func(msg string) {
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, msg)
			})
			repo, clock := openRepo(t, proxy, notify, WithRetryBudget(time.Second))
			putManifest(t, repo, "1", manifestBody("1"))
			date := clock.Now().UTC()
			dated := "Date: " + date.Format(http.TimeFormat)
			proxy.On("GET", "/manifests/", 1, registrytest.Status(429, "", "Retry-After: "+header(date), dated))
			start := clock.Now()
			_, _, err := repo.Resolve(t.Context(), "1")
			assert.NilError(t, err)
			waited := clock.Now().Sub(start)
			assert.Assert(t, waited >= 37*time.Second && waited <= 41*time.Second, "%v", waited)
			want := "rate limited by " + proxy.Host() + ", waiting 37 s (2 of 6)"
			assert.DeepEqual(t, lines, []string{want})
		})
	}
}

func TestRetryAfterForEver(t *testing.T) {
	tests := map[string]struct {
		header string
		tries  int
	}{
		"a little": {"1", maxTries},
		"a day":    {"86400", 2},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, clock := openRepo(t, proxy)
			body := `{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}`
			proxy.On("GET", "/manifests/", 0, registrytest.Status(429, body, "Retry-After: "+tc.header))
			_, _, err := repo.Resolve(t.Context(), "1")
			assert.ErrorIs(t, err, ErrUnavailable)
			assert.ErrorContains(t, err, "429 Too Many Requests: TOOMANYREQUESTS: slow down")
			assert.Assert(t, is.Len(proxy.Log("GET .*/manifests/"), tc.tries))
			_, sum := clock.waited()
			assert.Assert(t, sum <= maxAsked, "%v", sum)
		})
	}
}

func TestRetryCancelledWhileWaiting(t *testing.T) {
	proxy := registrytest.New(t)
	clock := newStoppedClock()
	repo, err := New(WithClock(clock)).Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Push)
	assert.NilError(t, err)
	proxy.On("GET", "/manifests/", 0, registrytest.Status(502, ""))
	proxy.On("PATCH", "/blobs/uploads/", 0, registrytest.Status(502, ""))
	body := []byte("layer")
	for name, call := range map[string]func(ctx context.Context) error{
		"request": func(ctx context.Context) error { _, _, err := repo.Resolve(ctx, "1"); return err },
		"upload":  func(ctx context.Context) error { return push(body)(ctx, repo) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- call(ctx) }()
			clock.next(t)
			cancel()
			assert.ErrorIs(t, <-done, context.Canceled)
		})
	}
}

func TestIdleAnswerIsTriedAgain(t *testing.T) {
	tests := map[string]registrytest.Fault{
		"no headers": func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() },
		"body stops": func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("{"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	}
	for name, silence := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			impatient := func(c *Client) {
				c.patience.answer, c.patience.document = 200*time.Millisecond, 200*time.Millisecond
			}
			repo, _ := openRepo(t, proxy, impatient)
			putManifest(t, repo, "1", manifestBody("1"))
			proxy.On("GET", "/manifests/", 1, silence)
			_, _, err := repo.Resolve(t.Context(), "1")
			assert.NilError(t, err)
			proxy.On("HEAD", "/manifests/", 0, tests["no headers"])
			_, err = repo.Head(t.Context(), "1")
			assert.ErrorIs(t, err, ErrUnavailable)
			assert.ErrorContains(t, err, "no answer for 200ms")
		})
	}
}

func TestUnreachableRegistry(t *testing.T) {
	proxy := registrytest.New(t)
	host := proxy.Host()
	proxy.Close()
	_, err := New(WithClock(newFakeClock())).Repository(t.Context(), named(t, host+"/team/app"), Pull)
	assert.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorContains(t, err, "signing in for "+host+"/team/app at "+host)
	assert.Assert(t, !strings.Contains(err.Error(), "\n"))
	var e *Error
	assert.Assert(t, errors.As(err, &e) && e.Status == 0)
}
