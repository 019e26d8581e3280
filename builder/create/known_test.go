package create

import (
	"testing"

	"github.com/docker/buildx/store"
	"github.com/docker/cli/cli/context/docker"
	contextstore "github.com/docker/cli/cli/context/store"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// context makes a docker context of an engine.
func (f farmer) context(name, host string) {
	f.Helper()
	assert.NilError(f, f.client.CLI().ContextStore().CreateOrUpdate(contextstore.Metadata{
		Name:      name,
		Endpoints: map[string]any{docker.DockerEndpoint: docker.EndpointMeta{Host: host}},
	}))
}

// stored puts a builder of engines into the store, whose nodes are at those endpoints.
func (f farmer) stored(endpoints ...string) {
	f.Helper()
	group := &store.NodeGroup{Name: "farm", Driver: builder.ContainerDriver}
	for _, endpoint := range endpoints {
		group.Nodes = append(group.Nodes, store.Node{Name: freeName(group), Endpoint: endpoint})
	}
	if len(group.Nodes) > 1 {
		group.Nodes[1].Platforms = []ocispec.Platform{{OS: "linux", Architecture: "arm64"}}
	}
	txn, release, err := builder.Instances(f.client.CLI())
	assert.NilError(f, err)
	defer release()
	assert.NilError(f, txn.Save(group))
}

// planned is what would be made of a builder, with its engine out of reach.
func (f farmer) planned(config Config) (settings, *store.NodeGroup) {
	f.Helper()
	config.Name = "farm"
	assert.NilError(f, Check(f.Context(), f.client, config))
	txn, release, err := builder.Instances(f.client.CLI())
	assert.NilError(f, err)
	defer release()
	p := plan{driver: builder.ContainerDriver}
	p.group, _ = txn.NodeGroupByName("farm")
	assert.NilError(f, p.ask(f.client, config))
	return p.asked, p.group
}

// An engine that has a node as a docker context is that node when it is given by its address, and the other way round,
// and can be removed by either.
func TestEngineIsOneNodeByContextAndAddress(t *testing.T) {
	for _, tc := range []struct{ stored, given string }{{"pi", "ssh://me@pi"}, {"ssh://me@pi", "pi"}, {"pi", "pi"}} {
		f := newFarmer(t)
		f.context("pi", "ssh://me@pi")
		f.stored("tcp://127.0.0.1:1", tc.stored)
		config := Config{Nodes: []NodeSpec{{Platforms: []string{"linux/arm64"}, Endpoint: tc.given}}}
		asked, group := f.planned(config)
		assert.Equal(t, find(group, asked.config.Nodes[0]), 1, tc.given)
		assert.Equal(t, len(asked.config.unnamed(group)), 0)
		_, added, err := addNodes(t.Context(), f.client, group, asked.config, asked.config.Nodes)
		assert.NilError(t, err)
		assert.Equal(t, len(added), 0, "it has no other node")

		asked, group = f.planned(Config{RemoveNodes: []string{tc.given}})
		p := plan{group: group, asked: asked}
		assert.NilError(t, p.leave())
		assert.DeepEqual(t, p.Removed, []string{"farm1 at " + tc.stored})
	}
}

// A builder that has both nodes from before keeps them: each is found by what it is called.
func TestEngineThatIsTwoNodesAlready(t *testing.T) {
	f := newFarmer(t)
	f.context("pi", "ssh://me@pi")
	f.stored("tcp://127.0.0.1:1", "pi", "ssh://me@pi")
	asked, group := f.planned(Config{RemoveNodes: []string{"ssh://me@pi"}})
	p := plan{group: group, asked: asked}
	assert.NilError(t, p.leave())
	assert.DeepEqual(t, p.Removed, []string{"farm2 at ssh://me@pi"})
}

// The engine in use is the first node, also where it is given as a context that leads there.
func TestContextOfTheEngineInUse(t *testing.T) {
	f := newFarmer(t)
	f.context("here", "tcp://127.0.0.1:1")
	asked, _ := f.planned(Config{Nodes: []NodeSpec{{Platforms: []string{"linux/amd64"}, Endpoint: "here"}}})
	defer asked.remove()
	assert.DeepEqual(t, asked.platforms, []string{"linux/amd64"})
}

// Two nodes that are one engine are refused before it is contacted, and so is one that is to be removed as well.
func TestOneEngineGivenTwice(t *testing.T) {
	f := newFarmer(t)
	f.context("pi", "ssh://me@pi")
	node := func(platform, endpoint string) NodeSpec {
		return NodeSpec{Platforms: []string{platform}, Endpoint: endpoint}
	}
	_, err := f.makes(Config{Nodes: []NodeSpec{node("linux/arm64", "pi"), node("linux/arm/v7", "ssh://me@pi")}})
	assert.Error(t, err, "node linux/arm/v7=ssh://me@pi: it is the engine that pi is as well; give a node all its "+
		"platforms at once, as in linux/arm64+linux/arm/v7=NODE")
	_, err = f.makes(Config{Nodes: []NodeSpec{node("linux/arm64", "pi")}, RemoveNodes: []string{"ssh://me@pi"}})
	assert.Error(t, err, "node linux/arm64=pi: it is to be removed as well")
}

// A daemon in a container is reached by a docker context that there is, and by nothing else behind its name.
func TestContextOfAContainer(t *testing.T) {
	f := newFarmer(t)
	f.context("pi", "ssh://me@pi")
	for query, want := range map[string]string{
		"":                    "",
		"?context=pi":         "",
		"?context=default":    "",
		"?context=":           "",
		"?context=bar":        `there is no docker context "bar"; see: docker context ls`,
		"?contxt=pi":          `nothing is known of "contxt" in it; give docker-container://NAME?context=CONTEXT`,
		"?context=pi&token=x": `nothing is known of "token" in it; give docker-container://NAME?context=CONTEXT`,
	} {
		node := NodeSpec{Platforms: []string{"linux/arm64"}, Endpoint: "docker-container://daemon" + query}
		err := Check(t.Context(), f.client, Config{Name: "farm", Driver: builder.RemoteDriver, Nodes: []NodeSpec{node}})
		if want == "" {
			assert.NilError(t, err)
			continue
		}
		assert.ErrorContains(t, err, want)
		assert.ErrorIs(t, err, errdefs.ErrInput)
	}
}
