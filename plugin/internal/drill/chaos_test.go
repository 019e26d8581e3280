//go:build drill

package drill

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// kind is a kind of fault, for requests that it can harm.
type kind struct {
	name  string
	fault registrytest.Fault
	harms func(*http.Request) bool
}

// faults makes up the faults of a registry.
type faults func(*watch) []kind

// chaos disturbs requests by chance. What becomes of a request depends on the seed, on what it asks, and on how often
// it was asked: not on the order in which requests that run at the same time arrive.
type chaos struct {
	seed  uint64
	oneIn uint64
	kinds []kind
	// mounts are what requests to mount meet beside, one in two.
	mounts []registrytest.Fault

	mu    sync.Mutex
	asked map[string]int
	// hits is how often each kind of fault was met.
	hits map[string]int
}

// disturb lets one request in so many meet a fault.
func disturb(w *watch, seed, oneIn uint64, kinds faults) *chaos {
	c := newChaos(seed, oneIn, kinds(w)...)
	c.mounts = mounting()
	w.registry.On("", "", 0, c.fault)
	return c
}

func newChaos(seed, oneIn uint64, kinds ...kind) *chaos {
	return &chaos{seed: seed, oneIn: oneIn, kinds: kinds, asked: map[string]int{}, hits: map[string]int{}}
}

func (c *chaos) fault(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if due := c.due(r); due != nil {
		due(w, r, next)
		return
	}
	next.ServeHTTP(w, r)
}

// due says what a request meets; nil for nothing.
func (c *chaos) due(r *http.Request) registrytest.Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	what := identity(r)
	c.asked[what]++
	sum := fnv.New64a()
	_, _ = fmt.Fprint(sum, c.seed, what, c.asked[what])
	chance := sum.Sum64()
	chance ^= chance >> 29 // the low bits of FNV are poor
	if r.URL.Query().Has("mount") && chance%2 == 0 {
		c.hits["a mount that is refused"]++
		return c.mounts[chance/2%uint64(len(c.mounts))]
	}
	if chance%c.oneIn != 0 {
		return nil
	}
	met := c.choose(r, chance/c.oneIn)
	c.hits[met.name]++
	return met.fault
}

// choose is a fault for a request: each kind of those that harm it is as likely as the others, however many there are of
// it.
func (c *chaos) choose(r *http.Request, chance uint64) kind {
	var names []string
	harmful := map[string][]kind{}
	for _, k := range c.kinds {
		if !k.harms(r) {
			continue
		}
		if harmful[k.name] == nil {
			names = append(names, k.name)
		}
		harmful[k.name] = append(harmful[k.name], k)
	}
	of := harmful[names[chance%uint64(len(names))]]
	return of[chance/uint64(len(names))%uint64(len(of))]
}

// identity is what tells a request from others, and is the same when a try is repeated.
func identity(r *http.Request) string {
	path := regexp.MustCompile(`/uploads/.+`).ReplaceAllString(r.URL.Path, "/uploads/ID")
	query := r.URL.Query()
	return fmt.Sprint(r.Method, " ", path, " ", query.Get("digest"), query.Get("mount"), " ", max(0, r.ContentLength))
}

// met is how many faults there were.
func (c *chaos) met() (total int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.hits {
		total += n
	}
	return total
}

// kindsOf are faults that harm requests of one sort.
func kindsOf(name string, harms func(*http.Request) bool, all ...registrytest.Fault) []kind {
	var kinds []kind
	for _, fault := range all {
		kinds = append(kinds, kind{name, fault, harms})
	}
	return kinds
}

func anything(*http.Request) bool { return true }

func reading(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// writing are requests that write a manifest.
func writing(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/")
}

// bodies are requests whose answer is a manifest or a blob.
func bodies(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v2/team/")
}

func manifests(r *http.Request) bool { return bodies(r) && strings.Contains(r.URL.Path, "/manifests/") }

// uploads are requests that are answered with where an upload goes on.
func uploads(r *http.Request) bool {
	return r.Method == http.MethodPost || r.Method == http.MethodPatch
}

// passing are faults that go away when the request is made again.
func passing(w *watch) []kind {
	soon := time.Now().Add(time.Second).UTC().Format(http.TimeFormat)
	kinds := slices.Concat(
		kindsOf("closed before", anything, registrytest.HangUp(0)),
		kindsOf("closed in the middle", anything, registrytest.HangUp(3), registrytest.HangUp(1<<20)),
		kindsOf("done, and the answer lost", anything, registrytest.LoseAnswer),
		kindsOf("a status with Retry-After", anything,
			registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: 1"),
			registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: "+soon),
			registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: soon"),
			registrytest.Status(http.StatusServiceUnavailable, "", "Retry-After: 0")),
		kindsOf("a status", anything, registrytest.Status(http.StatusServiceUnavailable, "<html>\x1b[2Jbusy")),
		kindsOf("late", anything, slowly(100*time.Millisecond)),
		kindsOf("in two halves", anything, trickle),
		kindsOf("a token that is over", anything, expired),
	)
	for _, status := range []int{408, 425, 429, 499, 500, 502, 503, 504, 522, 529} {
		kinds = append(kinds, kindsOf("a status", anything, registrytest.Status(status, ""))...)
	}
	return append(kinds, kindsOf("a tag as it was before", w.hasOlder, w.older, w.older)...)
}

// lasting are, beside those, answers that a registry should never give.
func lasting(w *watch) []kind {
	kinds := slices.Concat(
		kindsOf("without end", anything, registrytest.Endless(http.StatusOK, "application/json"),
			registrytest.Endless(http.StatusInternalServerError, "")),
		kindsOf("sent elsewhere", anything, redirect("http://127.0.0.1:1/"), redirect("http://169.254.169.254/"),
			redirect("/v2/")),
		kindsOf("well, without being done", anything, registrytest.Status(http.StatusOK, "{}"),
			registrytest.Status(http.StatusCreated, "")),
		kindsOf("created, it says, and it is not", writing,
			registrytest.Status(http.StatusCreated, "", "Location: /v2/"+repository+"/manifests/1")),
		kindsOf("another protocol", anything, registrytest.SwitchProtocols),
		kindsOf("a token of elsewhere", anything,
			registrytest.Status(http.StatusUnauthorized, "", `WWW-Authenticate: Bearer realm="http://127.0.0.1:1/token"`)),
		kindsOf("a blob that is not known", anything,
			registrytest.Status(http.StatusNotFound, `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}`)),
	)
	statuses := []int{204, 300, 301, 302, 303, 304, 305, 307, 308, 599, 999}
	for status := range 32 {
		statuses = append(statuses, 400+status)
	}
	for status := range 12 {
		statuses = append(statuses, 500+status)
	}
	for _, status := range statuses {
		kinds = append(kinds, kindsOf("a status", anything, registrytest.Status(status, ""))...)
	}
	for _, status := range []int{400, 401, 403, 404, 409, 413, 451, 500, 501, 502, 504, 507} {
		again := registrytest.Status(status, "", "Retry-After: 1")
		kinds = append(kinds, kindsOf("a status with Retry-After", anything, again)...)
	}
	longer := registrytest.ChangeBody(func(b []byte) []byte { return append(b, ' ') })
	return slices.Concat(passing(w), kinds,
		kindsOf("the digest of something else", reading, digestHeader),
		kindsOf("not shown yet", reading, notYet, notYet, notYet),
		kindsOf("cut", bodies, registrytest.CutAnswer), kindsOf("a wrong length", bodies, tooShort),
		kindsOf("a bit flipped", bodies, registrytest.ChangeBody(flip)),
		kindsOf("more or less than was asked for", bodies, registrytest.ChangeBody(empty), longer),
		kindsOf("attestations left out", manifests, registrytest.ChangeBody(without(attestations))),
		kindsOf("a platform left out", manifests, registrytest.ChangeBody(without(firstImage))),
		kindsOf("an upload that goes on elsewhere", uploads, location("http://127.0.0.1:1/upload"),
			location("http://example.invalid/upload"), location("ftp://example.com/x"), location("")),
		kindsOf("an upload that goes on in plain HTTP", uploads, plainly, plainly, plainly))
}

// expired answers that the token is too old; /token of the registry gives a new one.
func expired(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if r.URL.Path == "/token" {
		next.ServeHTTP(w, r)
		return
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	realm := `WWW-Authenticate: Bearer realm="` + scheme + `://` + r.Host + `/token",service="registry",error="invalid_token"`
	registrytest.Status(http.StatusUnauthorized, `{"errors":[{"code":"UNAUTHORIZED"}]}`, realm)(w, r, next)
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

// notYet answers that what is read is not there yet.
func notYet(w http.ResponseWriter, r *http.Request, next http.Handler) {
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

// location answers that an upload goes on elsewhere.
func location(to string) registrytest.Fault {
	return registrytest.Status(http.StatusAccepted, "", "Location: "+to)
}

// plainly carries a request out, and has the upload go on in plain HTTP, at the same place.
func plainly(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	for key, values := range answer.Header() {
		w.Header()[key] = values
	}
	if at, err := url.Parse(answer.Header().Get("Location")); err == nil && at.Path != "" {
		at.Scheme, at.Host = "http", r.Host
		w.Header().Set("Location", at.String())
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
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
