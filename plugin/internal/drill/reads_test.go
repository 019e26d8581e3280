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
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
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
	replaced := func(pairs ...string) func(uint64, []byte) []byte {
		return func(_ uint64, b []byte) []byte { return []byte(strings.NewReplacer(pairs...).Replace(string(b))) }
	}
	return []tampering{
		{"a bit", func(chance uint64, b []byte) []byte {
			if len(b) > 0 {
				b[chance%uint64(len(b))] ^= 1 << (chance >> 32 % 8)
			}
			return b
		}, nil},
		{"cut", func(chance uint64, b []byte) []byte { return b[:chance%uint64(max(1, len(b)))] }, nil},
		{"a byte less", func(_ uint64, b []byte) []byte { return b[:max(0, len(b)-1)] }, nil},
		{"longer", func(_ uint64, b []byte) []byte { return append(b, ' ') }, nil},
		{"twice", func(_ uint64, b []byte) []byte { return append(b, b...) }, nil},
		{"zeros", func(_ uint64, b []byte) []byte { return make([]byte, len(b)) }, nil},
		{"backwards", func(_ uint64, b []byte) []byte { slices.Reverse(b); return b }, nil},
		{"empty", func(uint64, []byte) []byte { return nil }, nil},
		{"another", func(uint64, []byte) []byte { return []byte(`{"schemaVersion":2,"manifests":[]}`) }, nil},
		{"another machine", replaced("amd64", "arm64", "arm64", "amd64", "/app", "/bad"), nil},
		{"other keys", replaced(`"digest"`, `"Digest"`, `"layers"`, `"LAYERS"`, `"config"`, `"Config"`), nil},
		{"a key twice", replaced(`{"schemaVersion":2`, `{"schemaVersion":2,"manifests":[],"schemaVersion":2`), nil},
		{"other sums", replaced("sha256:0", "sha256:1", "sha256:a", "sha256:b", `"size":1`, `"size":2`), nil},
		{"passed", replaced("failed", "passed", "passed", "failed", "subject", "object"), nil},
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

// refusable tells whether the change can be told from what is asked for: what comes behind the bytes of a blob is not
// read, of a blob no type is of interest, and of what is asked for by its digest none that is stated.
func (o *onTheWay) refusable() bool {
	byDigest := strings.Contains(o.path, "sha256:")
	switch blob := strings.Contains(o.path, "/blobs/"); {
	case !o.changed:
		return false
	case o.name == "digest":
		return !byDigest
	case o.name == "longer" || o.name == "twice" || o.body == nil:
		return !blob
	}
	return true
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
			o.changed = before != string(body)
			if o.header != nil {
				said := fmt.Sprint(answer.Header())
				o.header(answer.Header())
				o.changed = said != fmt.Sprint(answer.Header())
			}
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
	v0, v1, far := d.name("v0"), d.name("v1"), d.far.Host()+"/"+repository
	return [][]string{
		{"verify", "--deep", v0},
		{"verify", "--deep", byDigest},
		{"verify", byDigest},
		{"verify", "--format", "json", "--require-tested", v0},
		{"inspect", "--format", "json", byDigest},
		{"inspect", v0},
		{"inspect", "--remote", "--format", "{{json .}}", d.name("v2")},
		{"diff", "--format", "json", v0},
		{"diff", "--all-layers", byDigest},
		{"diff", v0, d.name("other")},
		{"merge", "--deep", "-t", v1, byDigest},
		{"merge", "-t", v1, v0},
		{"merge", "--dry-run", "-t", v1, v0},
		{"merge", "--amend", "-t", d.name("v2"), d.name("one")},
		{"merge", "-t", far + ":v1", byDigest},
		{"promote", byDigest, "v1"},
		{"promote", v0, "v1"},
		{"promote", v0, far + ":v1"},
		{"publish", "--amend", d.name("v2")},
		{"publish", "--allow-shrink", d.name("v2")},
	}
}

// tamperedReads changes each answer of each command that reads, one at a time: it is refused or read again, and what it
// says and writes is never of what was changed. Faults are the changes that can be told; finished at once is what was
// read again.
func tamperedReads(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for command := range (&try{registry: registrytest.New(t), far: registrytest.New(t)}).reading("") {
			for i, kind := range tamperings() {
				if d.Short && (command+i)%17 != 0 {
					continue
				}
				for round := range d.Share(0.001) {
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
	one.published(t, "c", "one", platforms[:1], []string{"one"})
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
		faults := 0
		if o.refusable() {
			faults = 1
			assert.Check(t, got.code != 0 || o.again, "%s: %s of %s was taken for true: %s", args, kind.name, o.path, got.output)
		}
		one.keepsWhole(t, platforms, slices.Contains(args, "--allow-shrink"), got.output)
		count(faults, faults > 0 && got.code == 0)
	}
}

// keepsWhole checks that each tag holds nothing less than it did.
func (d *try) keepsWhole(t *testing.T, platforms []string, shrinks bool, output string) {
	t.Helper()
	for _, tag := range []string{"v0", "v1", "v2"} {
		now, err := d.watch.read(tag)
		assert.NilError(t, err)
		whole := now.digest == "" && tag == "v1" || slices.Equal(now.platforms, platforms) ||
			tag == "v2" && shrinks && slices.Equal(now.platforms, platforms[:1])
		assert.Check(t, whole, "%s holds %v: %s", tag, now.platforms, output)
	}
}
