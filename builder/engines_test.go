package builder

import (
	"testing"

	"github.com/docker/buildx/store"
	"gotest.tools/v3/assert"
)

// A daemon in a container that docker exec speaks to is one of the engine in use, or of the context that is named; what
// is reached over TCP is of no engine.
func TestEngineOfADaemon(t *testing.T) {
	dockerCLI := storing(t, &store.NodeGroup{Name: "farm", Driver: RemoteDriver, Nodes: []store.Node{
		{Name: "farm0", Endpoint: "docker-container://buildkit", Platforms: parsed([]string{"linux/amd64"})},
		{Name: "farm1", Endpoint: "docker-container://buildkit?context=pi", Platforms: parsed([]string{"linux/arm64"})},
		{Name: "farm2", Endpoint: "tcp://pi:1234", Platforms: parsed([]string{"linux/s390x"})},
	}})
	c := New(dockerCLI)
	assert.Assert(t, c.Endpoint() != "")
	var engines []string
	for _, placed := range c.Declared("farm") {
		engines = append(engines, placed.Engine)
	}
	assert.DeepEqual(t, engines, []string{c.Endpoint(), "pi", ""})
}
