package request

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// mask stands in the place of what is secret in an address, as BuildKit writes it.
const mask = keyvalue.Mask

// address is what a context is at, in parts, each with the sign that begins it.
type address struct{ scheme, user, rest, query, fragment string }

// parseAddress takes an address apart, also one that is no URL for a wrong character, or that nothing is reached by. A
// folder is none, nor is an image.
func parseAddress(text string) (a address, ok bool) {
	found := regexp.MustCompile(`(?is)^([a-z][a-z0-9+.-]*://)([^/?#]*@)?([^?#]*)(\?[^#]*)?(#.*)?$`).
		FindStringSubmatch(text)
	if found != nil && slices.Contains([]string{"docker-image://", "oci-layout://", "kubernetes://", "kube-pod://"},
		strings.ToLower(found[1])) {
		return address{}, false // names of images and pods, in which @ and ? are others
	}
	if found == nil {
		return address{}, false
	}
	a = address{found[1], strings.TrimSuffix(found[2], "@"), found[3], found[4], found[5]}
	return a.withPassword(), true
}

// withPassword is the address where a password in it has a sign that ends what stands before a host: what is taken for
// the host has no number as its port then, and an @ comes later.
func (a address) withPassword() address {
	wrong := regexp.MustCompile(`^[^/@\[\]:]*:[^/]*[^/0-9]`).MatchString(a.rest)
	behind := a.rest + a.query + a.fragment
	at := strings.LastIndex(behind, "@")
	if a.user != "" || !wrong || at < 0 {
		return a
	}
	user := behind[:at]
	if again, ok := parseAddress(a.scheme + behind[at+1:]); ok {
		a = again
	}
	a.user = user
	return a
}

// Place is a context as it may be shown: an address without user, password, and what a query may hold in secret.
func Place(context string) string {
	a, ok := parseAddress(context)
	if !ok {
		return context
	}
	shown := a.scheme
	switch {
	case !a.hasSecretUser():
		shown += strings.TrimPrefix(a.user+"@", "@")
	case strings.Contains(a.user, ":"):
		shown += mask + ":" + mask + "@"
	default:
		shown += mask + "@"
	}
	shown += a.rest
	for i, part := range a.parts() {
		key, _, named := strings.Cut(part, "=")
		switch {
		case a.isOpen(key) && named || part == "":
		case named:
			part = key + "=" + mask
		default:
			part = mask
		}
		sign := "&"
		if i == 0 {
			sign = "?"
		}
		shown += sign + part
	}
	return shown + a.fragment
}

// hasSecretUser tells that what stands before the host is not shown: a password, or a token, which stands alone. Who
// signs in by ssh does so with a key.
func (a address) hasSecretUser() bool {
	return strings.Contains(a.user, ":") || a.user != "" && !strings.EqualFold(a.scheme, "ssh://")
}

// parts are those of the query.
func (a address) parts() []string {
	if a.query == "" {
		return nil
	}
	return strings.Split(a.query[1:], "&")
}

// isOpen tells that the value of a key of the query is no secret: where a container is, its query says by the name of a
// docker context.
func (a address) isOpen(key string) bool {
	return isOfGit(key) || key == "context" && strings.EqualFold(a.scheme, "docker-container://")
}

// isOfGit tells that a key of a query says where in a repository something is, and how BuildKit is to take it.
func isOfGit(key string) bool {
	keys := []string{
		"ref", "tag", "branch", "commit", "checksum", "subdir", "submodules", "keep-git-dir", "mtime", "fetch-by-commit",
	}
	return slices.Contains(keys, key)
}

// shortestSecret is the length from which a word of an address is blanked wherever it stands: a shorter one would blank
// what is no secret.
const shortestSecret = 6

// secrets are the words of an address that are not shown.
func (a address) secrets() []string {
	user, password, both := strings.Cut(a.user, ":")
	words := []string{password}
	if !both && a.hasSecretUser() {
		words = []string{user} // a token, it may be
	}
	for _, part := range a.parts() {
		key, value, named := strings.Cut(part, "=")
		switch {
		case !named:
			words = append(words, part)
		case !a.isOpen(key):
			words = append(words, value)
		}
	}
	return slices.DeleteFunc(words, func(word string) bool { return len(word) < shortestSecret })
}

// Blank returns what takes the secrets of the addresses of a request out of a text, however they are written there.
func (r Request) Blank() func(text string) string {
	var pairs []string
	for _, place := range append(r.places(), r.File) {
		a, ok := parseAddress(place)
		if !ok || Place(place) == place {
			continue
		}
		pairs = append(pairs, place, Place(place))
		for _, word := range a.secrets() {
			plain, err := url.QueryUnescape(word)
			if err != nil {
				plain = word
			}
			for _, form := range []string{word, plain, url.QueryEscape(plain), url.PathEscape(plain), url.QueryEscape(word)} {
				pairs = append(pairs, form, mask)
			}
			if plain, err := url.PathUnescape(word); err == nil {
				pairs = append(pairs, plain, mask, url.QueryEscape(plain), mask)
			}
		}
	}
	return strings.NewReplacer(pairs...).Replace
}
