package manifest

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/internal/faultproxy"
)

// A publish that is interrupted while its tag is written finds out what became of it: written, or not.
func TestPublishInterruptedAtTheTag(t *testing.T) {
	for name, carriedOut := range map[string]bool{"carried out": true, "not carried out": false} {
		t.Run(name, func(t *testing.T) {
			proxy, store := faultproxy.New(t), memory{}
			p := store.publication(t, "a", "amd64")
			p.ArchTags = nil
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			proxy.On("PUT", "/manifests/1$", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				cancel()
				if carriedOut {
					faultproxy.LoseAnswer(w, r, next)
					return
				}
				faultproxy.HangUp(0)(w, r, next)
			})
			_, err := Publish(ctx, openRepository(t, proxy), store, p, nil)
			assert.ErrorIs(t, err, context.Canceled)
			var failed *PublishError
			assert.Assert(t, errors.As(err, &failed))
			assert.Check(t, is.Len(failed.Unsure, 0))
			assert.Check(t, is.Len(failed.Written, map[bool]int{true: 1}[carriedOut]))
		})
	}
}
