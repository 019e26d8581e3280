//go:build drill

package drill

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// apart has a registry keep the blobs of each repository apart, as registries do: one that is in another repository is
// mounted from there, or sent.
func apart(registry *registrytest.Registry) {
	inner := registry.Handler
	var has sync.Map // a repository and a digest
	registry.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, blob, ofBlobs := strings.Cut(r.URL.Path, "/blobs/")
		query := r.URL.Query()
		switch {
		case !ofBlobs:
			inner.ServeHTTP(w, r)
		case query.Has("mount"):
			if _, there := has.Load("/v2/" + query.Get("from") + " " + query.Get("mount")); !there {
				r.URL.RawQuery = "" // an upload begins
				inner.ServeHTTP(w, r)
				return
			}
			has.Store(repository+" "+query.Get("mount"), true)
			w.Header().Set("Docker-Content-Digest", query.Get("mount"))
			w.Header().Set("Location", repository+"/blobs/"+query.Get("mount"))
			w.WriteHeader(http.StatusCreated)
		case query.Has("digest"):
			noted := &status{ResponseWriter: w}
			if inner.ServeHTTP(noted, r); noted.code == http.StatusCreated {
				has.Store(repository+" "+query.Get("digest"), true)
			}
		case reading(r) && !strings.HasPrefix(blob, "uploads/"):
			if _, there := has.Load(repository + " " + blob); !there {
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, `{"errors":[{"code":"BLOB_UNKNOWN"}]}`)
				return
			}
			inner.ServeHTTP(w, r)
		default:
			inner.ServeHTTP(w, r)
		}
	})
}

// status notes the status of an answer.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader implements [http.ResponseWriter].
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}
