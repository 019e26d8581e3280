//go:build drill

package drill

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// chaos disturbs requests by chance. What becomes of a request depends on the seed, on what it asks, and on how often
// it was asked: not on the order in which requests that run at the same time arrive.
type chaos struct {
	seed  uint64
	oneIn uint64
	kinds []registrytest.Fault

	mu    sync.Mutex
	asked map[string]int
	hits  int
}

// disturb lets one request in so many meet a fault.
func disturb(registry *registrytest.Registry, seed, oneIn uint64, kinds []registrytest.Fault) *chaos {
	c := &chaos{seed: seed, oneIn: oneIn, kinds: kinds, asked: map[string]int{}}
	registry.On("", "", 0, c.fault)
	return c
}

func (c *chaos) fault(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if kind := c.due(r); kind != nil {
		kind(w, r, next)
		return
	}
	next.ServeHTTP(w, r)
}

// due says what a request meets; nil for nothing.
func (c *chaos) due(r *http.Request) registrytest.Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	what := r.Method + " " + r.URL.Path + "?" + r.URL.Query().Get("digest")
	c.asked[what]++
	sum := fnv.New64a()
	_, _ = fmt.Fprint(sum, c.seed, what, c.asked[what])
	chance := sum.Sum64()
	chance ^= chance >> 29 // the low bits of FNV are poor
	if chance%c.oneIn != 0 {
		return nil
	}
	c.hits++
	return c.kinds[chance/c.oneIn%uint64(len(c.kinds))]
}

func (c *chaos) faults() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hits
}

// passing are faults that go away when the request is made again.
func passing() []registrytest.Fault {
	soon := time.Now().Add(time.Second).UTC().Format(http.TimeFormat)
	kinds := []registrytest.Fault{
		registrytest.HangUp(0), registrytest.HangUp(3), registrytest.HangUp(1 << 20), registrytest.LoseAnswer,
		registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: 1"),
		registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: "+soon),
		registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: soon"),
		registrytest.Status(http.StatusServiceUnavailable, "", "Retry-After: 0"),
		registrytest.Status(http.StatusServiceUnavailable, "<html>\x1b[2Jbusy"),
		slowly(100 * time.Millisecond),
	}
	for _, status := range []int{408, 425, 429, 499, 500, 502, 503, 504, 522, 529} {
		kinds = append(kinds, registrytest.Status(status, ""))
	}
	return kinds
}

// lasting are, beside those, answers that a registry should never give.
func lasting() []registrytest.Fault {
	kinds := append(passing(),
		registrytest.CutAnswer, registrytest.ChangeBody(flip), registrytest.ChangeBody(empty),
		registrytest.ChangeBody(func(b []byte) []byte { return append(b, ' ') }),
		registrytest.Endless(http.StatusOK, "application/json"), registrytest.Endless(http.StatusInternalServerError, ""),
		redirect("http://127.0.0.1:1/"), redirect("http://169.254.169.254/"), redirect("/v2/"),
		location("http://127.0.0.1:1/upload"), location("ftp://example.com/x"), location(""), digestHeader,
		registrytest.Status(http.StatusOK, "{}"), registrytest.Status(http.StatusCreated, ""),
		registrytest.Status(http.StatusUnauthorized, "", `WWW-Authenticate: Bearer realm="http://127.0.0.1:1/token"`),
		registrytest.Status(http.StatusNotFound, `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}`),
	)
	for _, status := range []int{204, 301, 400, 401, 403, 404, 405, 409, 413, 415, 416, 418, 451, 501, 507, 999} {
		kinds = append(kinds, registrytest.Status(status, ""))
	}
	return kinds
}

// flip changes one bit in the middle.
func flip(body []byte) []byte {
	if len(body) > 0 {
		body[len(body)/2] ^= 1
	}
	return body
}

func empty([]byte) []byte { return nil }

// slowly answers after a while.
func slowly(pause time.Duration) registrytest.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		<-time.After(pause)
		next.ServeHTTP(w, r)
	}
}

// redirect sends a request elsewhere.
func redirect(to string) registrytest.Fault {
	return registrytest.Status(http.StatusTemporaryRedirect, "", "Location: "+to)
}

// location carries a request out and says that it goes on elsewhere.
func location(to string) registrytest.Fault {
	return registrytest.Status(http.StatusAccepted, "", "Location: "+to)
}

// digestHeader carries a request out, and answers with the digest of something else.
func digestHeader(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(otherDigest{w}, r)
}

// otherDigest is an answer whose digest is not that of its body.
type otherDigest struct{ http.ResponseWriter }

// WriteHeader implements [http.ResponseWriter].
func (o otherDigest) WriteHeader(code int) {
	if o.Header().Get("Docker-Content-Digest") != "" {
		o.Header().Set("Docker-Content-Digest", hash([]byte(strconv.Itoa(code))))
	}
	o.ResponseWriter.WriteHeader(code)
}
