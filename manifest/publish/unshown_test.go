package publish

import (
	"net/http"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// A registry says that it has written a tag, and has not. In the words of the specification that may be a read that
// lags: it is told of the tag. In other words it is no success. In neither case a word is said of what others wrote.
func TestPublishTagNotWritten(t *testing.T) {
	tests := map[string]struct {
		answer registrytest.Fault
		err    error
	}{
		"201": {registrytest.Status(http.StatusCreated, "", "Location: /v2/team/app/manifests/1"), nil},
		"200": {registrytest.Status(http.StatusOK, ""), registry.ErrNotShown},
	}
	for name, tc := range tests {
		for _, first := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				proxy, store := registrytest.New(t), memory{}
				repo := openRepository(t, proxy)
				old, p := store.publication(t, "old", "amd64"), store.publication(t, "new", "amd64")
				if !first {
					_, err := Publish(t.Context(), repo, store, old, nil)
					assert.NilError(t, err)
				}
				proxy.On("PUT", "/manifests/1$", 0, tc.answer)
				got, err := Publish(t.Context(), repo, store, p, nil)
				if tc.err != nil {
					assert.ErrorIs(t, err, tc.err)
					assert.ErrorContains(t, err, "perhaps written: 1")
					return
				}
				assert.NilError(t, err)
				assert.Assert(t, got.Tags[0].Written && got.Tags[0].Unshown && !got.Confirmed)
			})
		}
	}
}

// A tag that is shown late is looked at again, and confirmed.
func TestPublishTagShownLate(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	late := 0
	proxy.On("GET", "/manifests/1$", 0, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if len(proxy.Log("PUT .*/manifests/1$")) > 0 && late < 2 {
			late++
			w.WriteHeader(http.StatusNotFound)
			return
		}
		next.ServeHTTP(w, r)
	})
	got, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
	assert.NilError(t, err)
	assert.Assert(t, got.Confirmed && !got.Tags[0].Unshown)
	assert.Equal(t, late, 2)
}
