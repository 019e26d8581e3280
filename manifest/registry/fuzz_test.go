package registry

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"
)

// challenged asks to sign in with one challenge, and gives a token to who does.
type challenged struct {
	t         *testing.T
	challenge string
	requests  *atomic.Int32
}

// RoundTrip implements [http.RoundTripper].
func (c challenged) RoundTrip(r *http.Request) (*http.Response, error) {
	c.requests.Add(1)
	local := r.URL.Hostname() == "localhost" || r.URL.Hostname() == "127.0.0.1"
	authorized := r.Header.Get("Authorization") != ""
	secret := authorized || r.URL.User != nil || strings.Contains(r.URL.RawQuery, "canary")
	assert.Check(
		c.t,
		!secret || r.URL.Scheme == "https",
		"a secret goes to %s by %s: %q",
		r.URL.Host,
		r.URL.Scheme,
		c.challenge,
	)
	assert.Check(c.t, r.URL.Host == "registry.example" || !local, "%s is contacted: %q", r.URL.Host, c.challenge)
	answer := &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"token":"t","access_token":"t"}`)),
	}
	if strings.HasPrefix(r.URL.Path, "/v2/") && !authorized {
		answer.StatusCode = http.StatusUnauthorized
		answer.Header["Www-Authenticate"] = strings.Split(c.challenge, "\n")
	}
	return answer, nil
}

// FuzzChallenge holds that whatever a registry asks for, who we are goes to nobody in plain text, to nothing on this
// machine, is in no error, and is not asked for without end.
func FuzzChallenge(f *testing.F) {
	for _, seed := range []string{
		`Basic realm="registry"`, `Bearer realm="https://registry.example/token",service="x",scope="repository:a:pull"`,
		`Bearer realm="http://registry.example/token"`, `Bearer realm="https://localhost/token"`, `Bearer`,
		`Bearer realm="https://user:canary@other.example/?a=b"`, `Bearer realm="//x"`, `Bearer realm="https://[::1]/"`,
		"Basic\nBearer realm=\"https://auth.example/token\"", `bearer REALM=https://auth.example`, `Bearer realm="\"`, ``, `=`, `,,`,
	} {
		f.Add(seed)
	}
	here, err := reference.ParseNormalizedNamed("registry.example/team/app")
	assert.NilError(f, err)
	f.Fuzz(func(t *testing.T, challenge string) {
		var requests atomic.Int32
		client := New(canary(), WithClock(newFakeClock()), WithTransport(challenged{t, challenge, &requests}))
		repo, err := client.Repository(t.Context(), here, Push)
		if err == nil {
			_, _, err = repo.Resolve(t.Context(), "1")
		}
		assert.Assert(t, requests.Load() > 0)
		assert.Assert(t, requests.Load() < 40, "%d requests", requests.Load())
		if err != nil {
			assert.Assert(t, !strings.Contains(err.Error(), "canary") || strings.Contains(challenge, "canary"), "%v", err)
			return
		}
		t.Fatalf("a token is taken for a manifest of %s", repo.Name())
	})
}

// FuzzBlank holds that a secret which a registry repeats, however it writes it, is not in what is shown.
func FuzzBlank(f *testing.F) {
	f.Add(`no "p\u0061ssword"`, "password", "at %70assword &#112;assword")
	f.Add("", "a/b+c==", "a%2Fb%2Bc")
	f.Add("x", "\\u0041\\", "&amp;")
	f.Add("sec", "secret", "ret")
	f.Fuzz(func(t *testing.T, before, secret, behind string) {
		if len(secret) < shortestSecret || strings.Contains("…", secret) {
			return
		}
		encoded, err := json.Marshal(secret)
		assert.NilError(t, err)
		for _, written := range []string{secret, string(encoded[1 : len(encoded)-1]), url.QueryEscape(secret)} {
			if written != secret && !strings.Contains(string(encoded), secret) && strings.ContainsAny(secret, "\\%&\ufffd") {
				continue // it is an escape by itself: what it says is not what it is
			}
			blanked := blankWords(before+" "+written+" "+behind, []string{secret})
			assert.Assert(t, !strings.Contains(blanked, secret), "%q of %q", blanked, secret)
			assert.Assert(
				t,
				!holdsWord(blanked, []string{secret}) || !strings.Contains(blanked, written),
				"%q of %q",
				blanked,
				secret,
			)
		}
	})
}
