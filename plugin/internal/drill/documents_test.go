//go:build drill

package drill

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// told is what a registry answers to a question for something.
type told struct {
	mediaType string
	body      []byte
	// endless goes on with the last bytes of the body for ever.
	endless bool
}

// answer answers with it, whatever was asked for.
func (a told) answer(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	w.Header().Set("Content-Type", a.mediaType)
	w.Header().Set("Docker-Content-Digest", digest.FromBytes(a.body).String())
	if !a.endless {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	_, err := w.Write(a.body)
	for more := a.body[max(0, len(a.body)-1<<16):]; a.endless && err == nil; {
		_, err = w.Write(more)
	}
}

// documents are manifests of a tag that cost who reads them, or mean another thing to each who does.
func documents() map[string]told {
	const (
		index = ocispec.MediaTypeImageIndex
		image = ocispec.MediaTypeImageManifest
		begin = `{"schemaVersion":2,"mediaType":"` + index + `","manifests":[`
		most  = 4<<20 - 200
	)
	whole := func(text string) told { return told{mediaType: index, body: []byte(text)} }
	list := func(entry string) told {
		return whole(begin + strings.Repeat(entry+",", most/(len(entry)+1)) + entry + "]}")
	}
	entry := func(size, sum, more string) string {
		return `{"mediaType":"` + image + `","size":` + size + `,"digest":"` + sum + `","platform":{"os":"linux","architecture":"amd64"}` +
			more + `}`
	}
	one := func(size, sum, more string) told { return whole(begin + entry(size, sum, more) + "]}") }
	zeros := "sha256:" + strings.Repeat("0", 64)
	images := one("2", zeros, "")
	images.mediaType = image
	found := map[string]told{
		"entries of nothing":      list("{}"),
		"null entries":            list("null"),
		"numbers for entries":     list("1"),
		"40,000 entries":          list(entry("2", zeros, "")[:90] + `"}`),
		"the same entry for ever": list(entry("2", zeros, "")),
		"platforms without end":   list(`{"platform":{"os.features":["","","","","","","",""]}}`),
		"annotations without end": whole(begin + `],"annotations":{` + numbered(most/20) + `"a":""}}`),
		"a long media type":       one("2", zeros, `,"artifactType":"`+strings.Repeat("x", most-1000)+`"`),
		"a long annotation":       one("2", zeros, `,"annotations":{"a":"`+strings.Repeat(`\u202e`, most/7)+`"}`),
		"a long platform": whole(
			strings.ReplaceAll(begin+entry("2", zeros, "")+"]}", `"linux"`, `"`+strings.Repeat("x", most-1000)+`"`),
		),
		"a deep list":             whole(strings.Repeat("[", 1_000_000)),
		"a deep document":         whole(strings.Repeat(`{"manifests":[`, most/14)),
		"deep annotations":        whole(begin + `],"annotations":` + strings.Repeat(`{"a":`, most/5)),
		"endless":                 {index, []byte(begin + strings.Repeat(" ", 1<<16)), true},
		"endless entries":         {index, []byte(begin + strings.Repeat("{},", 1<<15)), true},
		"an index and an image":   {index, []byte(begin[:len(begin)-1] + `[],"config":{},"layers":[{}]}`), false},
		"an index sent as image":  images,
		"no JSON":                 whole("<html>" + escapes),
		"nothing at all":          whole(""),
		"a key twice":             whole(begin + `],"manifests":[` + entry("2", zeros, "") + "]}"),
		"a key in other letters":  whole(begin + `],"Manifests":[` + entry("2", zeros, "") + "]}"),
		"another hash":            one("2", "md5:00", ""),
		"a hash that is a path":   one("2", "sha256:../../../../etc/passwd", ""),
		"a key twice in an entry": one("2", zeros, `,"digest":"sha256:`+strings.Repeat("1", 64)+`"`),
	}
	for _, size := range []string{"-1", "-9223372036854775808", "9223372036854775807", "1e30", "1.5", `"2"`, "null", "0"} {
		found["an entry of "+size+" bytes"] = one(size, zeros, "")
	}
	return found
}

// numbered are n names that differ, as JSON.
func numbered(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `"a%d":"","b":"",`, i)
	}
	return text.String()
}

// nested is an index of an index of an index, so many times, at whose end is an image; each is there under its digest.
func (d *try) nested(t *testing.T, levels int) told {
	t.Helper()
	held, kind, _ := d.registry.Read(t, repository, "v0")
	for range levels {
		desc := ocispec.Descriptor{MediaType: kind, Digest: digest.FromBytes(held), Size: int64(len(held))}
		kind = ocispec.MediaTypeImageIndex
		body, err := json.Marshal(ocispec.Index{
			Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: kind, Manifests: []ocispec.Descriptor{desc, desc},
		})
		assert.NilError(t, err)
		held = body
		d.registry.Write(t, repository, digest.FromBytes(held).String(), kind, held)
	}
	return told{mediaType: kind, body: held}
}

// referring are lists of what refers to an image: pages of entries, without end.
func referring() map[string]registrytest.Fault {
	page := func(entry string, next bool) registrytest.Fault {
		return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", ocispec.MediaTypeImageIndex)
			if next {
				n, _ := strconv.Atoi(r.URL.Query().Get("n"))
				w.Header().Set("Link", fmt.Sprintf(`<%s?n=%d>; rel="next"`, r.URL.Path, n+1))
			}
			_, _ = io.WriteString(w, `{"schemaVersion":2,"manifests":[`+
				strings.Repeat(entry+",", (4<<20-100)/(len(entry)+1))+entry+"]}")
		}
	}
	full := fmt.Sprintf(`{"mediaType":%q,"artifactType":"application/x","size":2,"digest":"sha256:%064d"}`,
		ocispec.MediaTypeImageManifest, 0)
	return map[string]registrytest.Fault{
		"referrers of nothing": page("{}", false), "referrers of nothing without end": page("{}", true),
		"referrers without end": page(full, true), "null referrers": page("null", true),
		"endless referrers": registrytest.Endless(http.StatusOK, ocispec.MediaTypeImageIndex),
	}
}

// documented has every command that reads a tag meet documents that are made to hurt; in short some of them.
func documented(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		kinds := documents()
		names := slices.Sorted(maps.Keys(kinds))
		for _, n := range d.Places(len(names)) {
			name := names[n-1]
			t.Run(name, func(t *testing.T) { documentedBy(t, d, name, `/manifests/v0$`, kinds[name].answer) })
		}
		for name, list := range referring() {
			t.Run(name, func(t *testing.T) { documentedBy(t, d, name, `/referrers/`, list) })
		}
		for _, levels := range []int{1, 3, 4, 20, 1000} {
			name := fmt.Sprint("nested ", levels)
			t.Run(name, func(t *testing.T) { documentedBy(t, d, name, strconv.Itoa(levels), nil) })
		}
	})
}

// documentedBy runs the commands where the registry answers so to what is asked at a path; without an answer the path is
// how many indexes the tag is nested in.
func documentedBy(t *testing.T, d *drilltest.Drill, name, path string, fault registrytest.Fault) {
	t.Helper()
	one := newTry(t, d.Options, 0)
	one.published(t, "a", "app", []string{"linux/amd64", "linux/arm64"}, []string{"v0", "v2"})
	levels, notNested := strconv.Atoi(path)
	if notNested == nil {
		path, fault = `/manifests/v0$`, one.nested(t, levels).answer
	}
	v0, v1, far := one.name("v0"), one.name("v1"), one.far.Host()+"/"+repository+":v1"
	for _, args := range [][]string{
		{"inspect", v0},
		{"inspect", "--remote", "--format", "json", v0},
		{"verify", v0},
		{"verify", "--deep", "--format", "json", v0},
		{"diff", v0},
		{"diff", v0, one.name("v2")},
		{"merge", "--allow-untested", "-t", v1, v0},
		{"merge", "--deep", "--allow-untested", "-t", v1, v0},
		{"promote", "--allow-untested", v0, "v1"},
		{"promote", "--allow-untested", v0, far},
		{"promote", "--allow-untested", "--referrers", v0, far},
		{"publish", v0},
		{"publish", "--amend", v0},
	} {
		if args[0] == "publish" {
			one.draft(t, "", "new", []string{"linux/amd64"}, []string{"v0"})
		}
		count := d.Try(t)
		one.registry.On(http.MethodGet, path, 0, fault)
		one.registry.On(http.MethodHead, path, 0, fault)
		got := one.measured(t, args...)
		one.registry.Calm()
		t.Logf("| %s | %s | %d | %.1f | %d | %s |", name, args[0], got.code, got.took.Seconds(), got.memory>>20,
			last(got.output))
		got.check(t, name+": "+args[0], mostTime, 0, 2, 5, 7, 9)
		count(1, got.code == 0)
	}
	if levels > 0 { // who reads the tags takes a tag of indexes of indexes, which was promoted as it is, for broken
		one.watch.forgive()
		one.farWatch.forgive()
	}
}
