package registry

import (
	"net/http"
	"slices"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// The right to push is asked for by an upload that is given up, with the token there is: none is asked for that
// allows to delete.
func TestCheckPush(t *testing.T) {
	for name, setUp := range map[string]func(p *registrytest.Registry) *tokens{
		"open":  func(*registrytest.Registry) *tokens { return &tokens{} },
		"basic": func(p *registrytest.Registry) *tokens { withBasic(p); return &tokens{} },
		"token": func(p *registrytest.Registry) *tokens { return withTokens(p, 1000) },
	} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			proxy.On("DELETE", "", 0, registrytest.Status(401, "", "WWW-Authenticate: "+
				`Bearer realm="`+proxy.URL+`/token",service="registry",scope="repository:team/app:delete"`))
			tokens := setUp(proxy)
			repo, _ := openRepo(t, proxy, canary())
			assert.NilError(t, repo.CheckPush(t.Context()))
			log := proxy.Log("/blobs/")
			assert.DeepEqual(t, log, []string{"POST /v2/team/app/blobs/uploads/", "DELETE /v2/team/app/blobs/uploads/ID"})
			sent := proxy.SentHeader("Authorization")
			assert.Equal(t, sent[len(sent)-1], sent[len(sent)-2])
			assert.Assert(t, sent[len(sent)-1] != "")
			assert.Assert(t, !slices.Contains(tokens.scopes, "repository:team/app:delete"))
		})
	}
}

func TestCheckPushRefused(t *testing.T) {
	for _, status := range []int{401, 403, 404, 405} {
		proxy := registrytest.New(t)
		proxy.On("POST", "/blobs/uploads/", 0, registrytest.Status(status, `{"errors":[{"code":"DENIED","message":"no"}]}`))
		repo, _ := openRepo(t, proxy)
		err := repo.CheckPush(t.Context())
		assert.ErrorIs(t, err, ErrRefused)
		assert.ErrorContains(t, err, "asking for the right to push to team/app at "+proxy.Host())
		assert.Assert(t, is.Len(proxy.Log("DELETE"), 0))
	}
}

// An upload that is to be given up at another host is left to that host, which gets no token.
func TestCheckPushElsewhere(t *testing.T) {
	proxy, storage := registrytest.New(t), registrytest.New(t)
	withBasic(proxy)
	repo, _ := openRepo(t, proxy, canary())
	proxy.On(
		"POST",
		"/blobs/uploads/",
		0,
		registrytest.Status(http.StatusAccepted, "", "Location: "+storage.URL+"/upload"),
	)
	assert.NilError(t, repo.CheckPush(t.Context()))
	assert.Assert(t, is.Len(storage.Log(""), 0))
}
