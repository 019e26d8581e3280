package create

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// endpoint checks one address, or the name of a docker context.
func (c checking) endpoint(text string) error {
	scheme, rest, isURL := strings.Cut(text, "://")
	if text == clusterNode {
		return nil
	}
	if !isURL {
		if err := c.context(text); err != nil {
			return fmt.Errorf("%w; or give ssh://HOST or tcp://HOST:PORT", err)
		}
		return nil
	}
	switch scheme {
	case "ssh", "tcp":
		return CheckAddress(text)
	case "unix", "npipe", "fd", "docker-container", "kube-pod", "podman-container":
		if rest == "" {
			return errors.New("nothing stands behind ://")
		}
		if scheme == "docker-container" {
			return c.container(text)
		}
		return nil
	}
	if scheme == "http" || scheme == "https" {
		return fmt.Errorf("no node is reached by %s://; give tcp://HOST:PORT, for TLS with the options cacert, cert and key",
			scheme)
	}
	return fmt.Errorf("nothing is reached by %s://; give a docker context, ssh://HOST or tcp://HOST:PORT", scheme)
}

// context checks that there is a docker context.
func (c checking) context(name string) error {
	if _, err := c.client.CLI().ContextStore().GetMetadata(name); err != nil {
		return fmt.Errorf("there is no docker context %q; see: docker context ls", name)
	}
	return nil
}

// container checks what stands behind the name of a container in which a daemon is: the docker context of its engine.
func (c checking) container(text string) error {
	const form = "docker-container://NAME?context=CONTEXT"
	at, err := url.Parse(text)
	if err != nil {
		return errors.New("it is no address; give " + form)
	}
	for _, key := range slices.Sorted(maps.Keys(at.Query())) {
		if key != "context" {
			return fmt.Errorf("nothing is known of %q in it; give %s", key, form)
		}
	}
	if name := at.Query().Get("context"); name != "" {
		return c.context(name)
	}
	return nil
}

// CheckAddress checks the address of a machine that is reached by ssh:// or tcp://. The error does not repeat it: there
// may be a password in it.
func CheckAddress(text string) error {
	at, err := url.Parse(text)
	if err != nil {
		return errors.New("it is no address; give ssh://USER@HOST, ssh://HOST or tcp://HOST:PORT")
	}
	_, password := at.User.Password()
	port, err := strconv.ParseUint(cmp.Or(at.Port(), "0"), 10, 16)
	switch {
	case at.Hostname() == "" || at.Scheme == "tcp" && at.Port() == "":
		return errors.New("there is no host or no port in it; give ssh://HOST or tcp://HOST:PORT")
	case err != nil || at.Port() != "" && port == 0:
		return fmt.Errorf("there is no port %s; give one between 1 and 65535", at.Port())
	case at.Scheme == "tcp" && (at.User != nil || at.Host != strings.TrimPrefix(text, "tcp://")):
		return errors.New("there is more in it than a host and a port; give tcp://HOST:PORT")
	case password:
		return errors.New("there is a password in it, and ssh takes none; sign in with a key, and give ssh://USER@HOST")
	case at.RawQuery != "" || at.Fragment != "":
		return errors.New("there is more in it than a user, a host and a port; give ssh://USER@HOST")
	}
	return nil
}

// sameAs is what an endpoint is known by: two ways to write the loopback of this machine are one address. That of IPv6
// is another, at which another daemon can listen.
func sameAs(endpoint string) string {
	at, err := url.Parse(endpoint)
	if err != nil || at.Scheme != "tcp" {
		return endpoint
	}
	host := strings.ToLower(at.Hostname())
	if host == "localhost" {
		host = "127.0.0.1"
	}
	return "tcp://" + net.JoinHostPort(host, at.Port())
}
