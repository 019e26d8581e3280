package registry

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// Debug output names every request and none of the secrets: neither passwords nor tokens, of any way to sign in.
func TestDebugShowsNoSecret(t *testing.T) {
	for name, tc := range map[string]struct {
		sign func(*registrytest.Registry)
		auth authn.AuthConfig
	}{
		"basic":    {withBasic, authn.AuthConfig{Username: "user", Password: "canary"}},
		"bearer":   {func(p *registrytest.Registry) { withTokens(p, 1000) }, authn.AuthConfig{Username: "user", Password: "canary"}},
		"identity": {func(p *registrytest.Registry) { withTokens(p, 1000) }, authn.AuthConfig{IdentityToken: "identity"}},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			tc.sign(proxy)
			var mu sync.Mutex
			var lines []string
			debug := WithDebug(func(line string) {
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, line)
			})
			repo, _ := openRepo(t, proxy, WithKeychain(fixedKeychain{tc.auth}), debug)
			assert.NilError(t, push([]byte("layer"))(t.Context(), repo))
			text := strings.Join(lines, "\n")
			for _, secret := range []string{"canary", "identity", "token-1", "dXNlcjpjYW5hcnk", "Bearer", "Basic"} {
				assert.Check(t, !strings.Contains(text, secret), "%s in\n%s", secret, text)
			}
			assert.Check(t, len(lines) >= len(proxy.Log("")), text) // besides, TLS is tried
			assert.Check(t, strings.Contains(text, "POST http://"+proxy.Host()+"/v2/team/app/blobs/uploads/: 202"), text)
			if name != "basic" {
				assert.Check(t, strings.Contains(text, " http://"+proxy.Host()+"/token: 200"), text)
			}
		})
	}
}
