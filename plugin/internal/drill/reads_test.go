//go:build drill

package drill

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// tampering is one answer that is changed on its way.
type tampering struct {
	name string
	// body changes the body; header what is said of it. Either may be nil.
	body   func(chance uint64, body []byte) []byte
	header func(http.Header)
}

// tamperings are all kinds.
func tamperings() []tampering {
	said := func(key, value string) func(http.Header) { return func(h http.Header) { h.Set(key, value) } }
	return []tampering{
		{"a bit", func(chance uint64, b []byte) []byte {
			if len(b) > 0 {
				b[chance%uint64(len(b))] ^= 1 << (chance >> 32 % 8)
			}
			return b
		}, nil},
		{"cut", func(chance uint64, b []byte) []byte { return b[:chance%uint64(max(1, len(b)))] }, nil},
		{"longer", func(_ uint64, b []byte) []byte { return append(b, ' ') }, nil},
		{"empty", func(uint64, []byte) []byte { return nil }, nil},
		{"another", func(uint64, []byte) []byte { return []byte(`{"schemaVersion":2,"manifests":[]}`) }, nil},
		{"another machine", func(_ uint64, b []byte) []byte {
			return []byte(strings.NewReplacer("amd64", "arm64", "arm64", "amd64", "/app", "/bad").Replace(string(b)))
		}, nil},
		{"digest", nil, said("Docker-Content-Digest", hash([]byte("another")))},
		{"type", nil, said("Content-Type", "application/vnd.docker.distribution.manifest.v1+json")},
		{"index as image", nil, said("Content-Type", "application/vnd.oci.image.manifest.v1+json")},
	}
}

// onTheWay changes the n-th answer that brings something, and watches whether it is asked for again.
type onTheWay struct {
	tampering
	at     int
	chance uint64

	mu      sync.Mutex
	seen    int
	path    string
	changed bool
	again   bool
}

// unprovable tells that nothing says what the answer was to be: that of a tag is what it holds, and what comes behind
// the bytes of a blob is not read.
func (o *onTheWay) unprovable() bool {
	byTag := strings.Contains(o.path, "/manifests/") && !strings.Contains(o.path, "sha256:")
	return byTag || o.name == "longer" && strings.Contains(o.path, "/blobs/")
}

func (o *onTheWay) fault(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	o.mu.Lock()
	if answer.Code == http.StatusOK {
		o.seen++
		o.again = o.again || r.URL.Path == o.path
		if o.seen == o.at {
			o.path = r.URL.Path
			before := string(body)
			if o.body != nil {
				body = o.body(o.chance, body)
			}
			if o.header != nil {
				o.header(answer.Header())
			}
			o.changed = o.body == nil || before != string(body)
		}
	}
	o.mu.Unlock()
	maps.Copy(w.Header(), answer.Header())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body)
}

// reading are commands that read from a registry.
func (d *try) reading(digest string) [][]string {
	byDigest := d.registry.Host() + "/" + repository + "@" + digest
	return [][]string{
		{"verify", "--deep", d.name("v0")},
		{"verify", byDigest},
		{"inspect", "--format", "json", byDigest},
		{"inspect", d.name("v0")},
		{"diff", "--format", "json", d.name("v0")},
		{"diff", d.name("v0"), d.name("other")},
		{"merge", "--deep", "-t", d.name("v1"), byDigest},
		{"merge", "-t", d.name("v1"), d.name("v0")},
		{"promote", byDigest, "v1"},
		{"promote", d.name("v0"), "v1"},
		{"publish", "--amend", d.name("v2")},
	}
}

// tamperedReads changes each answer of each command that reads, one at a time: it is refused or read again, and what it says and writes is never of what was changed.
func tamperedReads(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for command := range 11 {
			for i, kind := range tamperings() {
				if d.Short && (command+i)%9 != 0 {
					continue
				}
				for round := range d.Share(0.006) {
					t.Run(fmt.Sprintf("%d %s %d", command, kind.name, round), func(t *testing.T) {
						t.Parallel()
						sweep(t, d, command, round, kind)
					})
				}
			}
		}
	})
}

// sweep runs one command as often as it reads, each time with another of its reads changed.
func sweep(t *testing.T, d *drilltest.Drill, command, round int, kind tampering) {
	t.Helper()
	one := newTry(t, d.Options, round)
	platforms := []string{"linux/amd64", "linux/arm64"}
	one.published(t, "a", "app", platforms, []string{"v0", "v2"})
	one.published(t, "b", "other", platforms, []string{"other"})
	one.draft(t, "", "new", platforms[:1], []string{"v2"})
	before, err := one.watch.read("v0")
	assert.NilError(t, err)
	args := one.reading(before.digest)[command]
	for at := 1; ; at++ {
		o := &onTheWay{tampering: kind, at: at, chance: one.random.Uint64()}
		one.registry.On(http.MethodGet, `/(manifests|blobs)/`, 0, o.fault)
		got := one.measured(t, args...)
		one.registry.Calm()
		if o.path == "" {
			return // it reads no more than that
		}
		count := d.Try(t)
		got.check(t, strings.Join(args, " "), mostTime, 0, 5, 7, 8, 9)
		if kind.body != nil && o.changed && !o.again && !o.unprovable() {
			assert.Check(t, got.code != 0, "%s: %s of %s was taken for true: %s", args, kind.name, o.path, got.output)
		}
		for _, tag := range []string{"v0", "v1", "v2"} {
			now, err := one.watch.read(tag)
			assert.NilError(t, err)
			whole := now.digest == "" && tag == "v1" || slices.Equal(now.platforms, platforms)
			assert.Check(t, whole, "%s holds %v: %s", tag, now.platforms, got.output)
		}
		count(1, got.code == 0)
	}
}
