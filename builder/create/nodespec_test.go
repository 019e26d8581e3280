package create

import (
	"testing"

	"github.com/docker/buildx/store"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

func TestDriverOf(t *testing.T) {
	engine := NodeSpec{Platforms: []string{"linux/arm64"}, Endpoint: "ssh://pi"}
	daemon := NodeSpec{Platforms: []string{"linux/arm64"}, Endpoint: "tcp://pi:1234"}
	inContainer := NodeSpec{Platforms: []string{"linux/amd64"}, Endpoint: "docker-container://buildx_buildkit_b0"}
	for _, tc := range []struct {
		name   string
		config Config
		driver string
		refuse bool
	}{
		{name: "no node", config: Config{Named: true}, driver: builder.ContainerDriver},
		{name: "engines", config: Config{Named: true, Nodes: []NodeSpec{engine}}, driver: builder.ContainerDriver},
		{name: "daemons", config: Config{Named: true, Nodes: []NodeSpec{inContainer, daemon}}, driver: builder.RemoteDriver},
		{name: "both", config: Config{Named: true, Nodes: []NodeSpec{engine, daemon}}, driver: builder.ContainerDriver, refuse: true},
		{name: "our own builder", config: Config{Nodes: []NodeSpec{daemon}}, driver: builder.ContainerDriver, refuse: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			driver := driverOf(tc.config)
			assert.Equal(t, driver, tc.driver)
			err := checkNodes(driver, tc.config.Nodes)
			if !tc.refuse {
				assert.NilError(t, err)
				return
			}
			assert.ErrorIs(t, err, errdefs.ErrInput)
			assert.ErrorContains(t, err, "tcp://pi:1234")
		})
	}
}

func TestNodesOfAnExistingBuilder(t *testing.T) {
	group := &store.NodeGroup{Driver: builder.ContainerDriver, Nodes: []store.Node{
		{Endpoint: "unix:///here"},
		{Endpoint: "ssh://pi", Platforms: []ocispec.Platform{{OS: "linux", Architecture: "arm64"}}},
		{Endpoint: "ssh://big", Platforms: []ocispec.Platform{{OS: "linux", Architecture: "s390x"}}},
	}}
	same := []NodeSpec{{Platforms: []string{"linux/arm64"}, Endpoint: "ssh://pi"}}
	none, err := nodeDifferences(group, same)
	assert.NilError(t, err)
	assert.Equal(t, len(none), 0)
	other := []NodeSpec{{Platforms: []string{"linux/arm64", "linux/riscv64"}, Endpoint: "ssh://pi"}}
	found, err := nodeDifferences(group, other)
	assert.NilError(t, err)
	assert.DeepEqual(t, found, []string{`its node at ssh://pi is for "linux/arm64", not "linux/arm64, linux/riscv64"`})
	found, err = nodeDifferences(group, []NodeSpec{{Platforms: []string{"linux/arm64"}, Endpoint: "unix:///here"}})
	assert.NilError(t, err)
	assert.DeepEqual(t, found, []string{`its node at unix:///here is for no platform of its own, not "linux/arm64"`})
	assert.DeepEqual(t, withNodesOf(group, other, nil), append(other,
		NodeSpec{Platforms: []string{"linux/s390x"}, Endpoint: "ssh://big", DriverOpts: []string{}}))
	assert.Equal(t, len(withNodesOf(&store.NodeGroup{}, nil, nil)), 0)
}

func TestParseNode(t *testing.T) {
	spec, err := ParseNode("linux/arm64+linux/arm/v7=ssh://me@host?x=y")
	assert.NilError(t, err)
	assert.DeepEqual(t, spec, NodeSpec{
		Platforms: []string{"linux/arm64", "linux/arm/v7"}, Endpoint: "ssh://me@host?x=y", DriverOpts: []string{},
	})
	spec, err = ParseNode(`arm64=kubernetes,"nodeselector=a=b,c=d",namespace=farm`)
	assert.NilError(t, err)
	assert.DeepEqual(t, spec.DriverOpts, []string{"nodeselector=a=b,c=d", "namespace=farm"})
	for _, text := range []string{
		"", "linux/arm64", "linux/arm64=", "=host", "arm64=,a=b", "arm64=host,a", "arm64=host,=b", `arm64=host,"a`,
	} {
		_, err := ParseNode(text)
		assert.ErrorIs(t, err, errdefs.ErrInput)
	}
}
