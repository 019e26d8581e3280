package create

import (
	"testing"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/util/dockerutil"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// What is said for a node in the engine in use is said for the first node, which is there: the same words find it so.
func TestNodeInTheEngineInUse(t *testing.T) {
	f := newFarmer(t)
	endpoint, err := dockerutil.GetCurrentEndpoint(f.client.CLI())
	assert.NilError(t, err)
	config := Config{
		Name: "farm", DriverOpts: []string{"network=host,env.A=1", "env.B=2"},
		Nodes: []NodeSpec{{
			Platforms: []string{"linux/amd64"}, Endpoint: endpoint, DriverOpts: []string{"env.B=3", "env.C=x,y"},
		}},
	}
	asked, err := askedOf(f.client, config, builder.ContainerDriver)
	assert.NilError(t, err)
	defer asked.remove()
	opts := asked.createOpts()
	assert.DeepEqual(t, opts.Platforms, []string{"linux/amd64"})
	assert.DeepEqual(t, opts.DriverOpts, []string{"env.A=1", "env.B=3", `"env.C=x,y"`, "network=host"})
	group := &store.NodeGroup{Name: "farm", Driver: builder.ContainerDriver, Nodes: []store.Node{{
		Name: "farm0", Endpoint: endpoint, Platforms: []ocispec.Platform{{OS: "linux", Architecture: "amd64"}},
		DriverOpts: map[string]string{"env.A": "1", "env.B": "3", "env.C": "x,y", "network": "host"},
	}}}
	differences, err := asked.differences(f.client, group)
	assert.NilError(t, err)
	assert.Equal(t, len(differences), 0, differences)
	_, added, err := addNodes(t.Context(), f.client, group, config, config.specs(group.Driver))
	assert.NilError(t, err)
	assert.Equal(t, len(added), 0, "it has no other node")
}
