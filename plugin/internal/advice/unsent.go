package advice

import (
	"errors"
	"net/http"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// afterUnsent says what helps where a registry did not take an image that a cluster is to test; empty: it was not that.
// Of a host that a registry has sent us to nobody is told that it is to be trusted, or given a password.
func afterUnsent(r build.Result, line Line) string {
	for _, row := range r.Rows {
		unsent, is := errors.AsType[*trial.UnsentError](row.Err)
		if !is {
			continue
		}
		host := reference.Domain(unsent.Image)
		refused, is := errors.AsType[*registry.Error](unsent)
		if !is || errors.Is(unsent, registry.ErrUnavailable) || refused.Host != host {
			return line.String()
		}
		switch {
		case errors.Is(unsent, registry.ErrPlain):
			return line.with("--insecure-registry "+quote(host)).String() + "   (if plain HTTP is meant)"
		case refused.Status == http.StatusUnauthorized, refused.Status == http.StatusForbidden:
			return "docker login " + quote(host)
		}
		return line.String() + "   (once " + host + " takes it)"
	}
	return ""
}
