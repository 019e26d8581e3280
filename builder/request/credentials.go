package request

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
)

// What the secrets begin with that BuildKit looks for when it reads an address that is no repository of Git. What comes
// then is the name of the host.
const (
	httpHeader = "HTTP_AUTH_HEADER_"
	httpToken  = "HTTP_AUTH_TOKEN_" //nolint:gosec // what the name of a secret begins with
)

// credential is what an address signs in with, as BuildKit takes it from the client during a solve.
type credential struct {
	// id is the secret that BuildKit looks for, asked are all that it looks for: those that were given go before it.
	id     string
	asked  []string
	header string
	host   string
	git    bool
}

// lift takes user and password out of the address of a build context, so that nobody can keep them: buildx has a list
// of what it builds, BuildKit a history, and the provenance is published. c is nil where there is nothing to take out.
func lift(place string) (left string, c *credential, err error) {
	a, ok := parseAddress(place)
	if !ok || a.user == "" {
		return place, nil, nil
	}
	if strings.Trim(a.user, ":"+mask[:1]) == "" { // as provenance has it
		return a.bare(), nil, nil
	}
	scheme := strings.ToLower(a.scheme)
	switch password := strings.Contains(a.user, ":"); {
	case scheme == "http://", scheme == "https://":
		if !password && len(a.user) < shortestSecret {
			return place, nil, nil // a name such as git, and no token
		}
	case password && (scheme == "ssh://" || scheme == "git://"):
		return "", nil, fmt.Errorf("the build context %q has a password, which %s does not take; leave it out",
			Place(place), strings.TrimSuffix(scheme, "://"))
	default:
		return place, nil, nil
	}
	u, err := url.Parse(a.scheme + a.user + "@" + a.rest)
	if err != nil { // which has the password in it
		return "", nil, fmt.Errorf("the build context %q cannot be read; write what is neither letter nor digit in user and "+
			"password as %%XX", Place(place))
	}
	_, git, _ := dfgitutil.ParseGitRef(place)
	return a.bare(), credentialOf(u, git), nil
}

// Lift takes user and password out of an address. header is what signs in with them at a repository of Git; it is empty
// elsewhere.
func Lift(place string) (left, header string, err error) {
	left, c, err := lift(place)
	if err != nil || c == nil {
		return left, "", err
	}
	if !c.git {
		return place, "", nil
	}
	return left, c.header, nil
}

// bare is the address without user and password.
func (a address) bare() string { return a.scheme + a.rest + a.query + a.fragment }

// credentialOf is what an address signs in with.
func credentialOf(u *url.URL, git bool) *credential {
	password, _ := u.User.Password()
	c := &credential{host: u.Host, git: git}
	c.header = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))
	if git {
		c.id = llb.GitAuthHeaderKey + "." + u.Host
		c.asked = []string{c.id, llb.GitAuthTokenKey + "." + u.Host, llb.GitAuthHeaderKey, llb.GitAuthTokenKey}
		return c
	}
	c.id = httpHeader + u.Hostname()
	c.asked = []string{c.id, httpToken + u.Hostname()}
	return c
}
