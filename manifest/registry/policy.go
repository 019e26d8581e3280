package registry

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// plainAllowed says whether plain HTTP is allowed to host (HOST[:PORT]):
// loopback, and what the caller named.
func plainAllowed(insecure map[string]bool, host string) bool {
	return isLoopback(hostname(host)) || insecure[strings.ToLower(host)]
}

// hostname is host without its port and without the brackets of an IPv6 address.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.Trim(host, "[]")
}

// isLoopback is true for localhost, 127.0.0.0/8 and ::1, as the engine counts it.
func isLoopback(hostname string) bool {
	if strings.EqualFold(hostname, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(hostname)
	return err == nil && addr.Unmap().IsLoopback()
}

// isInternal is true for addresses an answer of a registry may not send us to.
func isInternal(hostname string) bool {
	if isLoopback(hostname) {
		return true
	}
	addr, err := netip.ParseAddr(hostname)
	if err != nil {
		return false
	}
	addr = addr.Unmap()
	return addr.IsPrivate() || addr.IsLinkLocalUnicast() || addr.IsLinkLocalMulticast() || addr.IsUnspecified()
}

// policy says where requests on behalf of one registry may go: to it, to its
// token server, and where it redirects. It is checked before anything is sent,
// because go-containerregistry picks plain HTTP by itself for private addresses
// and for *.local names.
type policy struct {
	// registry is HOST[:PORT] of the registry itself.
	registry     string
	plainAllowed func(host string) bool
	// blank takes secrets out of what is told; nil: there are none.
	blank func(string) string
}

// allow is check for a request. One that was redirected carries its body to another
// host only when that is a part of a blob: the others may hold a secret, as that
// for a token does.
func (p policy) allow(req *http.Request) error {
	if err := p.check(req.URL); err != nil {
		return err
	}
	first := firstOf(req)
	empty := req.Body == nil || req.Body == http.NoBody
	if empty || first.URL.Host == req.URL.Host || isBlobPart(first) {
		return nil
	}
	return p.refuse(req.URL, first.URL.Host+" may not pass on what was sent to it")
}

// isBlobPart is true for the requests that carry a blob or a part of it.
func isBlobPart(req *http.Request) bool {
	return req.Method == http.MethodPatch ||
		req.Method == http.MethodPut && !strings.Contains(req.URL.Path, "/manifests/")
}

// check returns an *Error of kind ErrRefused when nothing may be sent to u.
func (p policy) check(u *url.URL) error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return p.refuse(u, "the scheme "+u.Scheme+" is not allowed")
	case u.Scheme == "http" && !p.plainAllowed(u.Host):
		return p.refuseAs(ErrPlain, u, "plain HTTP is allowed only to loopback and to hosts named as insecure registries")
	case u.Hostname() != hostname(p.registry) && isInternal(u.Hostname()) && !insecureByName(p, u):
		return p.refuse(u, "the registry "+p.registry+" may not send us to an internal address")
	}
	return nil
}

// insecureByName is true for an internal host the caller named himself.
func insecureByName(p policy, u *url.URL) bool {
	return !isLoopback(u.Hostname()) && p.plainAllowed(u.Host)
}

func (p policy) refuse(u *url.URL, why string) error { return p.refuseAs(ErrRefused, u, why) }

func (p policy) refuseAs(kind error, u *url.URL, why string) error {
	host := cmp.Or(u.Host, p.registry) // an address without a host is the registry's word
	if p.blank != nil {
		host, why = p.blank(host), p.blank(why)
	}
	return &Error{Host: host, Message: clean(why), kind: kind}
}
