//go:build drill

package drill

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// TestChecker breaks what a tag holds in every way that the checker is to find: a drill is worth no more than it.
func TestChecker(t *testing.T) {
	one := newTry(t, drilltest.Options{Tries: 1}, 1)
	one.published(t, "", "new", []string{"linux/amd64", "linux/arm64"}, []string{"v0"})
	whole, err := one.read("v0")
	assert.NilError(t, err)
	assert.DeepEqual(t, whole.platforms, []string{"linux/amd64", "linux/arm64"})
	assert.Equal(t, whole.attested, 2)
	index, _ := one.watch.get("/manifests/v0")
	var parts document
	assert.NilError(t, json.Unmarshal(index, &parts))
	image := parts.Manifests[slices.IndexFunc(parts.Manifests, func(e entry) bool { return !attestations(0, e) })]
	manifest, _ := one.watch.get("/manifests/" + image.Digest)
	var m document
	assert.NilError(t, json.Unmarshal(manifest, &m))
	for name, broken := range map[string]struct {
		path   string
		change func([]byte) []byte
		says   string
	}{
		"a bit of a layer":           {m.Layers[0].Digest, flip, "bytes of"},
		"a config that is cut":       {m.Config.Digest, func(b []byte) []byte { return b[:len(b)/2] }, "bytes of"},
		"a manifest that is gone":    {image.Digest, nil, "status 404"},
		"a layer that is gone":       {m.Layers[0].Digest, nil, "status 404"},
		"a bit of the index":         {"/manifests/v0", flip, ""},
		"an image that is not in it": {"/manifests/v0", without(firstImage), "which is not in the index"},
		"another platform":           {"/manifests/v0", swapped(`"arm64"`, `"s390x"`), "and not of"},
		"another size":               {"/manifests/v0", swapped(`"size": `, `"size": 1`), "not 1"},
		"another type":               {"/manifests/v0", swapped("image.manifest.v1", "image.manifest.v9"), "is application"},
	} {
		t.Run("broken-"+strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			c := checker{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answer := httptest.NewRecorder()
				one.watch.handler.ServeHTTP(answer, r)
				switch {
				case !strings.HasSuffix(r.URL.Path, broken.path):
				case broken.change == nil:
					answer = &httptest.ResponseRecorder{Code: http.StatusNotFound, Body: &bytes.Buffer{}}
				default:
					changed := broken.change(answer.Body.Bytes())
					answer.Body = bytes.NewBuffer(changed)
				}
				w.WriteHeader(answer.Code)
				_, _ = w.Write(answer.Body.Bytes())
			})}
			_, err := c.read("v0")
			assert.ErrorContains(t, err, broken.says)
		})
	}
}

// swapped is a change of a text in all places.
func swapped(text, by string) func([]byte) []byte {
	return func(b []byte) []byte { return regexp.MustCompile(regexp.QuoteMeta(text)).ReplaceAll(b, []byte(by)) }
}
