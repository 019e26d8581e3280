package dockercli

import (
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Cluster is the cluster of a place, into which images are pulled with the logins of the Docker CLI. Nothing is
// contacted.
func (h Host) Cluster(place string) (*cluster.Cluster, error) {
	parsed, err := cluster.ParsePlace(place)
	if err != nil {
		return nil, failure.Usage("%w", err)
	}
	c, err := cluster.Connect(parsed)
	if err != nil {
		return nil, failure.Usage("%q: %w", place, err)
	}
	c.Login = h.login
	return c, nil
}

// login is the login of the Docker CLI for the registry of an image.
func (h Host) login(image string) (l cluster.Login, err error) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return l, err
	}
	const hub, hubKey = "docker.io", "https://index.docker.io/v1/"
	if l.Host = reference.Domain(named); l.Host == hub {
		l.Host = hubKey
	}
	found, err := h.cli.ConfigFile().GetAuthConfig(l.Host)
	l.User, l.Password, l.Token = found.Username, found.Password, found.IdentityToken != ""
	return l, err
}
