package registry

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// However many readers there are, a host gets so many requests at once and no more.
func TestRequestsAtOncePerHost(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	for i := range 5 * maxAtOnce {
		putManifest(t, repo, fmt.Sprint(i), manifestBody(fmt.Sprint(i)))
	}
	var mu sync.Mutex
	now, most := 0, 0
	arrived, leave := make(chan struct{}, 5*maxAtOnce), make(chan struct{})
	proxy.On("GET", "/manifests/", 0, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		arrived <- struct{}{}
		<-leave
		mu.Lock()
		now--
		mu.Unlock()
		next.ServeHTTP(w, r)
	})
	done := make(chan error, 5*maxAtOnce)
	for i := range 5 * maxAtOnce {
		go func() { done <- resolve(fmt.Sprint(i))(t.Context(), repo) }()
	}
	for range maxAtOnce {
		<-arrived
	}
	for range 5 * maxAtOnce {
		leave <- struct{}{}
	}
	for range 5 * maxAtOnce {
		assert.NilError(t, <-done)
	}
	assert.Equal(t, most, maxAtOnce)
}
