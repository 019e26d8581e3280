package registry

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

const echoed = "CANARY+pass/word"

// spellings are ways in which a registry may write what it was sent.
func spellings() map[string]string {
	var unicode, percent, entity strings.Builder
	for _, r := range echoed {
		fmt.Fprintf(&unicode, `\u%04X`, r)
		fmt.Fprintf(&percent, `%%%02x`, r)
		fmt.Fprintf(&entity, `&#x%x;`, r)
	}
	return map[string]string{
		"plain": echoed, "some in JSON": `C\u0041NARY+pass\/word`, "in JSON": unicode.String(),
		"percent": percent.String(), "some percent": url.PathEscape("CANARY+p") + "%61ss%2Fword",
		"HTML": entity.String(), "hex": hex.EncodeToString([]byte(echoed)),
		"base64":             base64.StdEncoding.EncodeToString([]byte(echoed)),
		"in base64":          base64.StdEncoding.EncodeToString([]byte("x" + echoed + "y")),
		"in base64 for URLs": base64.RawURLEncoding.EncodeToString([]byte("xy" + echoed + "z")),
		"HEX":                strings.ToUpper(hex.EncodeToString([]byte(echoed))),
		"in small letters":   strings.ToLower(echoed), "in mixed letters": "Canary+PASS/word",
		"in capitals": strings.ToUpper(echoed), "capitals in percent": "CANARY%2BPASS%2FWORD",
	}
}

// However a registry spells what it was sent, nothing of it is repeated.
func TestOwnSecretsHoweverSpelled(t *testing.T) {
	var s secrets
	s.note([]string{echoed})
	for name, spelled := range spellings() {
		assert.Equal(t, strings.Count(s.blank("<"+spelled+">"), "…"), 1, name)
		shown := s.blank("<" + spelled + ">")
		assert.Check(t, len([]rune(shown)) <= 10, "%s: %s", name, shown)
	}
	assert.Equal(t, s.blank("CANARY and pass"), "CANARY and pass")
	var short secrets
	short.note([]string{"Host", "pässwort"})
	assert.Equal(t, short.blank("Host is no host: PÄSSWORT"), "… is no host: …", "a short word is found as it is")
}

// answers are what a registry may say to a request for a manifest, with the secret in it.
func answers(said string) map[string]http.HandlerFunc {
	header := func(key, value string, status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(key, value)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"schemaVersion":2,"manifests":[]}`)
		}
	}
	raw := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack() //nolint:forcetypeassert // HTTP/1.1
			if err == nil {
				_, _ = io.WriteString(conn, text)
				_ = conn.Close()
			}
		}
	}
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", ocispec.MediaTypeImageIndex)
			_, _ = io.WriteString(w, text)
		}
	}
	return map[string]http.HandlerFunc{
		"location":        header("Location", "gopher://x.example/"+said+"?token="+said, 307),
		"location host":   header("Location", "http://"+hex.EncodeToString([]byte(said))+".example/", 307),
		"location scheme": header("Location", "x"+hex.EncodeToString([]byte(said))+"://host.example/", 307),
		"bad location":    header("Location", "http://[::1%"+said, 307),
		"answer of 202":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202); _, _ = io.WriteString(w, said) },
		"answer of 304":   header("Warning", said, 304),
		"status":          raw("HTTP/1.1 " + said + "\r\n\r\n"),
		"protocol":        raw(said + "\r\n\r\n"),
		"header":          raw("HTTP/1.1 200 OK\r\n" + said + "\r\n\r\n"),
		"length":          raw("HTTP/1.1 200 OK\r\nContent-Length: " + said + "\r\n\r\n"),
		"transfer":        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + said + "\r\n\r\n"),
		"key twice":       body(`{"` + said + `":1,"` + said + `":2}`),
		"kind":            body(`{"mediaType":"` + said + `","manifests":[]}`),
		"an annotation":   body(`{"annotations":{"a":"` + said + `"},"manifests":[]}`),
		"JSON, spelled":   body(`{"annotations":{"a":"C\u0041NARY+pass\/word"},"manifests":[]}`),
		"JSON, in base64": body(`{"annotations":{"a":"` + spellings()["in base64"] + `"}}`),
	}
}

// Whatever part of an answer repeats what was sent, neither the error nor what is debugged has it; content that does is
// refused, since it could not be shown.
func TestOwnSecretsInEveryPartOfAnAnswer(t *testing.T) {
	const user = "user"
	for name, answer := range answers(echoed) {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					w.Header().Set("Www-Authenticate", `Basic realm="x"`)
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				if r.URL.Path != "/v2/" {
					answer(w, r)
				}
			}))
			defer server.Close()
			named, err := reference.ParseNormalizedNamed(strings.TrimPrefix(server.URL, "http://") + "/team/app")
			assert.NilError(t, err)
			var debugged strings.Builder
			client := New(WithKeychain(echoedKeychain{authn.AuthConfig{Username: user, Password: echoed}}),
				WithClock(newFakeClock()), WithDebug(func(line string) { debugged.WriteString(line + "\n") }))
			repo, err := client.Repository(t.Context(), named, Pull)
			assert.NilError(t, err)
			_, body, err := repo.Resolve(t.Context(), "1")
			assert.Assert(t, err != nil, "%s", body)
			_, headErr := repo.Head(t.Context(), digest.FromString("x").String())
			told := fmt.Sprint(err, headErr, debugged.String())
			for _, part := range []string{"CANARY", "pass/word", "password", hex.EncodeToString([]byte("CANARY"))} {
				assert.Check(t, !strings.Contains(told, part), "%s", told)
			}
		})
	}
}
