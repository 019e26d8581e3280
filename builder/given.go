package builder

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/docker/cli/cli/config/types"

	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// shortestGiven is the length, in bytes, from which a word is taken out: a shorter one would take what is no secret.
const shortestGiven = 4

// given are the secrets that were handed out to sign in, in each form in which they are sent.
type given struct {
	mu    sync.Mutex
	words []string
}

// login notes what an entry of the configuration has.
func (g *given) login(entry types.AuthConfig) {
	if entry.Password != "" {
		both := []byte(entry.Username + ":" + entry.Password)
		header := base64.StdEncoding.EncodeToString(both)
		g.note(header, strings.TrimRight(header, "="), base64.RawURLEncoding.EncodeToString(both))
	}
	g.note(entry.Password, url.QueryEscape(entry.Password), url.PathEscape(entry.Password),
		entry.Auth, entry.IdentityToken, entry.RegistryToken)
}

// note keeps words in mind.
func (g *given) note(words ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, word := range words {
		if len(word) >= shortestGiven {
			g.words = append(g.words, word, keyvalue.Mask)
		}
	}
}

// blank takes the words out of a text, and what looks like a header to sign in: BuildKit keeps tokens that an earlier
// build was given.
func (g *given) blank(text string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	text = strings.NewReplacer(g.words...).Replace(text)
	return regexp.MustCompile(`(?i)\b(basic|bearer) +[A-Za-z0-9._~+/-]{20,}=*`).ReplaceAllString(text, "$1 "+keyvalue.Mask)
}
