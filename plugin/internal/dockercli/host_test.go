package dockercli

import (
	"testing"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/context"
	"github.com/docker/cli/cli/context/docker"
	"github.com/moby/moby/client"
	"gotest.tools/v3/assert"
)

// overSSH is a Docker CLI whose engine is reached over ssh.
type overSSH struct{ command.Cli }

func (overSSH) Client() client.APIClient { return named{} }

func (overSSH) DockerEndpoint() docker.Endpoint {
	return docker.Endpoint{EndpointMeta: context.EndpointMetaBase{Host: "ssh://me@pi"}}
}

// named is a client with the placeholder for its host.
type named struct{ client.APIClient }

func (named) DaemonHost() string { return "http://docker.example.com" }

// An engine that is reached over ssh is called by its real host, not by what the client of the API calls it.
func TestEngineOverSSH(t *testing.T) {
	assert.Equal(t, New(overSSH{}, "test", nil).EngineClient().DaemonHost(), "ssh://me@pi")
}
