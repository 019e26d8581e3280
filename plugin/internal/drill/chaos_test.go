//go:build drill

package drill

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
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
	// mounts are what requests to mount meet beside, one in two.
	mounts []registrytest.Fault

	mu    sync.Mutex
	asked map[string]int
	hits  int
}

// faults makes up the faults of a registry.
type faults func(*registrytest.Registry) []registrytest.Fault

// disturb lets one request in so many meet a fault.
func disturb(registry *registrytest.Registry, seed, oneIn uint64, kinds faults) *chaos {
	c := &chaos{seed: seed, oneIn: oneIn, kinds: kinds(registry), mounts: mounting(), asked: map[string]int{}}
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
	if r.URL.Query().Has("mount") && chance%2 == 0 {
		c.hits++
		return c.mounts[chance/2%uint64(len(c.mounts))]
	}
	if chance%c.oneIn != 0 {
		return nil
	}
	c.hits++
	return c.kinds[chance/c.oneIn%uint64(len(c.kinds))]
}

func (c *chaos) met() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hits
}

// passing are faults that go away when the request is made again.
func passing(registry *registrytest.Registry) []registrytest.Fault {
	soon := time.Now().Add(time.Second).UTC().Format(http.TimeFormat)
	kinds := []registrytest.Fault{
		registrytest.HangUp(0), registrytest.HangUp(3), registrytest.HangUp(1 << 20), registrytest.LoseAnswer,
		registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: 1"),
		registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: "+soon),
		registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: soon"),
		registrytest.Status(http.StatusServiceUnavailable, "", "Retry-After: 0"),
		registrytest.Status(http.StatusServiceUnavailable, "<html>\x1b[2Jbusy"),
		slowly(100 * time.Millisecond), trickle, expired(registry),
	}
	for _, status := range []int{408, 425, 429, 499, 500, 502, 503, 504, 522, 529} {
		kinds = append(kinds, registrytest.Status(status, ""))
	}
	return kinds
}

// lasting are, beside those, answers that a registry should never give.
func lasting(registry *registrytest.Registry) []registrytest.Fault {
	kinds := append(passing(registry),
		registrytest.CutAnswer, registrytest.ChangeBody(flip), registrytest.ChangeBody(empty),
		registrytest.ChangeBody(func(b []byte) []byte { return append(b, ' ') }),
		registrytest.ChangeBody(without(attestations)), registrytest.ChangeBody(without(firstImage)), tooShort,
		registrytest.Endless(http.StatusOK, "application/json"), registrytest.Endless(http.StatusInternalServerError, ""),
		redirect("http://127.0.0.1:1/"), redirect("http://169.254.169.254/"), redirect("/v2/"),
		location("http://127.0.0.1:1/upload"), location("http://example.invalid/upload"), location("ftp://example.com/x"),
		location(""), digestHeader, notYet,
		registrytest.Status(http.StatusOK, "{}"), registrytest.Status(http.StatusCreated, ""),
		registrytest.Status(http.StatusUnauthorized, "", `WWW-Authenticate: Bearer realm="http://127.0.0.1:1/token"`),
		registrytest.Status(http.StatusNotFound, `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}`),
	)
	statuses := []int{204, 300, 301, 302, 303, 304, 305, 307, 308, 599, 999}
	for status := range 32 {
		statuses = append(statuses, 400+status)
	}
	for status := range 12 {
		statuses = append(statuses, 500+status)
	}
	for _, status := range statuses {
		kinds = append(kinds, registrytest.Status(status, ""))
	}
	for _, status := range []int{400, 401, 403, 404, 409, 413, 451, 500, 501, 502, 504, 507} {
		kinds = append(kinds, registrytest.Status(status, "", "Retry-After: 1"))
	}
	return kinds
}

// expired answers that the token is too old, once; /token of the registry gives a new one.
func expired(registry *registrytest.Registry) registrytest.Fault {
	realm := `WWW-Authenticate: Bearer realm="http://` + registry.Host() + `/token",service="registry",error="invalid_token"`
	refuse := registrytest.Status(http.StatusUnauthorized, `{"errors":[{"code":"UNAUTHORIZED"}]}`, realm)
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/token" {
			next.ServeHTTP(w, r)
			return
		}
		refuse(w, r, next)
	}
}

// withTokens has a registry give tokens to anybody.
func withTokens(registry *registrytest.Registry) {
	inner := registry.Handler
	registry.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"token":"of-a-drill","expires_in":60}`)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// mounting are answers to a request to mount a blob, beside that it is done: an upload begins, or it is refused.
func mounting() []registrytest.Fault {
	var kinds []registrytest.Fault
	for _, status := range []int{400, 401, 403, 404, 405, 500, 501} {
		kinds = append(
			kinds,
			registrytest.Status(status, `{"errors":[{"code":"DENIED","message":"no cross-repository mount"}]}`),
		)
	}
	return append(kinds, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		r.URL.RawQuery = ""
		next.ServeHTTP(w, r)
	})
}

// flip changes one bit in the middle.
func flip(body []byte) []byte {
	if len(body) > 0 {
		body[len(body)/2] ^= 1
	}
	return body
}

func empty([]byte) []byte { return nil }

// without leaves entries out of an index.
func without(drop func(at int, e entry) bool) func([]byte) []byte {
	return func(body []byte) []byte {
		var index map[string]json.RawMessage
		var entries, kept []json.RawMessage
		if json.Unmarshal(body, &index) != nil || json.Unmarshal(index["manifests"], &entries) != nil {
			return body
		}
		for i, raw := range entries {
			var e entry
			if json.Unmarshal(raw, &e) != nil || !drop(i, e) {
				kept = append(kept, raw)
			}
		}
		index["manifests"], _ = json.Marshal(kept)
		body, _ = json.Marshal(index)
		return body
	}
}

func attestations(_ int, e entry) bool { return e.Annotations["vnd.docker.reference.digest"] != "" }

func firstImage(at int, _ entry) bool { return at == 0 }

// trickle sends the answer in two halves, with a pause between them.
func trickle(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	for key, values := range answer.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(answer.Code)
	body := answer.Body.Bytes()
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	<-time.After(50 * time.Millisecond)
	_, _ = w.Write(body[len(body)/2:])
}

// tooShort says that the answer is shorter than it is.
func tooShort(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	for key, values := range answer.Header() {
		w.Header()[key] = values
	}
	body := answer.Body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)/2))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body[:len(body)/2])
}

// notYet carries out what changes something; what is read is not there yet.
func notYet(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		next.ServeHTTP(w, r)
		return
	}
	registrytest.Status(http.StatusNotFound, `{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`)(w, r, next)
}

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
