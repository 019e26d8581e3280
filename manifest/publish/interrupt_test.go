package publish

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// A publish that is interrupted while its tag is written finds out whether it was. Where it does not see that, its
// request may still be on the way.
func TestPublishInterruptedAtTheTag(t *testing.T) {
	for name, carriedOut := range map[string]bool{"carried out": true, "not carried out": false} {
		t.Run(name, func(t *testing.T) {
			proxy, store := registrytest.New(t), memory{}
			p := store.publication(t, "a", "amd64")
			p.ArchTags = nil
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			proxy.On("PUT", "/manifests/1$", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				body, err := io.ReadAll(r.Body)
				assert.Check(t, err)
				cancel()
				if carriedOut {
					r = r.WithContext(context.WithoutCancel(r.Context()))
					r.Body = io.NopCloser(bytes.NewReader(body))
					registrytest.LoseAnswer(w, r, next)
					return
				}
				registrytest.HangUp(0)(w, r, next)
			})
			_, err := Publish(ctx, openRepository(t, proxy), store, p, nil)
			assert.ErrorIs(t, err, context.Canceled)
			var failed *Error
			assert.Assert(t, errors.As(err, &failed))
			assert.Check(t, is.Len(failed.Unsure, map[bool]int{false: 1}[carriedOut]))
			assert.Check(t, is.Len(failed.Written, map[bool]int{true: 1}[carriedOut]))
		})
	}
}
