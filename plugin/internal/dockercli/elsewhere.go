package dockercli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/context/docker"
	contextstore "github.com/docker/cli/cli/context/store"
	"github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/internal/yamlfile"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// elsewhere is the Docker CLI in use with another engine than its own.
type elsewhere struct {
	command.Cli
	// place is the docker context of the engine, or its address.
	place    string
	endpoint docker.Endpoint
	engine   client.APIClient
}

// Client implements [command.Cli].
func (e elsewhere) Client() client.APIClient { return e.engine }

// DockerEndpoint implements [command.Cli].
func (e elsewhere) DockerEndpoint() docker.Endpoint { return e.endpoint }

// CurrentContext implements [command.Cli]. An address has none.
func (e elsewhere) CurrentContext() string {
	if isAddress(e.place) {
		return ""
	}
	return e.place
}

// isAddress tells the address of an engine from the name of a docker context.
func isAddress(place string) bool { return strings.Contains(place, "://") }

// On is the host with the engine of another docker context, or at an address such as ssh://HOST, in the place of its
// own. Nothing is contacted.
func (h Host) On(place string) (Host, error) {
	if err := h.CheckPlace(place); err != nil {
		return h, err
	}
	there := elsewhere{Cli: h.cli, place: place, endpoint: docker.Endpoint{EndpointMeta: docker.EndpointMeta{Host: place}}}
	if meta, err := dockerutil.GetDockerEndpoint(h.cli, place); err != nil {
		return h, failure.Usage("the docker context %q has no engine: %w", place, err)
	} else if meta != nil {
		there.endpoint.EndpointMeta = *meta
	}
	engine, err := dockerutil.NewClientAPI(h.cli, place)
	if err != nil {
		return h, failure.Usage("the engine at %q cannot be reached that way: %w", place, err)
	}
	there.engine = engine
	h.cli = there
	return h, nil
}

// CheckPlace refuses what is neither a docker context that there is nor an address that an engine may have. Nothing is
// contacted.
func (h Host) CheckPlace(place string) error {
	if cluster.IsPlace(place) {
		_, err := h.Cluster(place)
		return err
	}
	if !isAddress(place) && place != command.DefaultContextName && contextstore.ValidateContextName(place) != nil {
		return failure.Usage("%q is no name of a docker context, and no address; docker context ls lists those there are; "+
			"give one of them, or ssh://HOST", place)
	}
	if !isAddress(place) {
		if _, err := h.cli.ContextStore().GetMetadata(place); err != nil {
			return failure.Usage("there is no docker context %q%s; docker context ls lists those there are, "+
				"docker context create %s --docker host=ssh://HOST makes one", place, yamlfile.Near(place, h.Contexts()),
				visible.Quote(place))
		}
		return nil
	}
	if err := checkAddress(place); err != nil {
		return failure.Usage("the address %q: %w", request.Place(place), err)
	}
	return nil
}

// checkAddress refuses what is no address of an engine.
func checkAddress(text string) error {
	scheme, rest, _ := strings.Cut(text, "://")
	switch {
	case scheme == "ssh" || scheme == "tcp":
		return create.CheckAddress(text)
	case !slices.Contains([]string{"http", "https", "unix", "npipe", "fd"}, scheme):
		return fmt.Errorf("no engine is reached by %s://; give a docker context, ssh://HOST or tcp://HOST:PORT", scheme)
	case rest == "":
		return errors.New("nothing stands behind ://")
	}
	return nil
}

// SameEngine tells that a docker context, or an address, leads to the engine in use. Nothing is contacted.
func (h Host) SameEngine(place string) bool {
	host := place
	if meta, err := dockerutil.GetDockerEndpoint(h.cli, place); err == nil && meta != nil {
		host = meta.Host
	}
	return host == h.cli.DockerEndpoint().Host
}

// Elsewhere is the docker context, or the address, that the host was moved to by [Host.On]; empty: it was not.
func (h Host) Elsewhere() string {
	if there, moved := h.cli.(elsewhere); moved {
		return there.place
	}
	return ""
}

// At is the command of the Docker CLI for the engine of a docker context, or at an address; empty: that in use.
func At(place string) string {
	switch {
	case place == "":
		return "docker"
	case isAddress(place):
		return "docker --host " + visible.Quote(place)
	}
	return "docker --context " + visible.Quote(place)
}

// elsewhereEngine is the client of an engine that is not the one in use.
type elsewhereEngine struct {
	client.APIClient
	place string
}

// RemovedBy is the command that removes what was left of a container there.
func (e elsewhereEngine) RemovedBy(id string) string {
	const short = 12 // as engines show them
	return At(e.place) + " rm --force " + id[:min(len(id), short)]
}
