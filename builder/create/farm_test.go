package create

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	"github.com/docker/buildx/store"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/flags"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// farmer makes builders in a store of its own. Nothing is there that it could contact.
type farmer struct {
	*testing.T
	client *builder.Client
}

func newFarmer(t *testing.T) farmer {
	t.Helper()
	t.Setenv("BUILDX_CONFIG", t.TempDir())
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	config := filepath.Join(t.TempDir(), "kubeconfig")
	assert.NilError(t, os.WriteFile(config, []byte(noCluster), 0o600))
	t.Setenv("KUBECONFIG", config)
	dockerCLI, err := command.NewDockerCli()
	assert.NilError(t, err)
	options := flags.NewClientOptions()
	options.Hosts = []string{"tcp://127.0.0.1:1"}
	assert.NilError(t, dockerCLI.Initialize(options))
	return farmer{t, builder.New(dockerCLI)}
}

// makes has a builder made, which is checked before.
func (f farmer) makes(config Config) (Created, error) {
	f.Helper()
	config.Name, config.Named = "farm", true
	if err := Check(f.Context(), f.client, config); err != nil {
		return Created{}, err
	}
	return Create(f.Context(), f.client, config)
}

// nodes are those of the builder as they are stored: what they are for, where they are, and their options.
func (f farmer) nodes() (list []string) {
	f.Helper()
	txn, release, err := builder.Instances(f.client.CLI())
	assert.NilError(f, err)
	defer release()
	group, err := txn.NodeGroupByName("farm")
	assert.NilError(f, err)
	for _, node := range group.Nodes {
		list = append(list, f.said(group, node))
	}
	return list
}

// builders are the names of those that are stored.
func (f farmer) builders() []string {
	f.Helper()
	txn, release, err := builder.Instances(f.client.CLI())
	assert.NilError(f, err)
	defer release()
	groups, err := txn.List()
	assert.NilError(f, err)
	names := []string{}
	for _, group := range groups {
		names = append(names, group.Name)
	}
	return names
}

func (f farmer) said(group *store.NodeGroup, node store.Node) string {
	words := []string{node.Endpoint}
	if group.Driver == builder.KubernetesDriver {
		assert.Assert(f, strings.Contains(node.Endpoint, "deployment="+node.Name), node.Endpoint)
		words[0] = node.Name[:strings.LastIndex(node.Name, "-")]
	}
	for _, p := range node.Platforms {
		words = append(words, platforms.FormatAll(p))
	}
	return strings.Join(slices.Concat(words, optionsOf(node), node.BuildkitdFlags), " ")
}

// file is one that is there.
func (f farmer) file(name string) string {
	f.Helper()
	path := filepath.Join(f.TempDir(), name)
	assert.NilError(f, os.WriteFile(path, nil, 0o600))
	return path
}

// The same words make a farm of daemons once, and the next time find it as it is; one more node is added, with its own
// options; what is to be another is refused, and made so where it may be replaced.
func TestFarmOfDaemons(t *testing.T) {
	f := newFarmer(t)
	ca, other := f.file("ca.pem"), f.file("other.pem")
	node := func(architecture, endpoint string, options ...string) NodeSpec {
		return NodeSpec{Platforms: []string{"linux/" + architecture}, Endpoint: endpoint, DriverOpts: options}
	}
	config := Config{
		DriverOpts: []string{"cacert=" + ca},
		Nodes:      []NodeSpec{node("amd64", "tcp://127.0.0.1:2"), node("arm64", "tcp://127.0.0.1:3", "servername=pi")},
	}
	want := []string{
		"tcp://127.0.0.1:2 linux/amd64 cacert=" + ca, "tcp://127.0.0.1:3 linux/arm64 cacert=" + ca + " servername=pi",
	}
	for i := range 2 {
		created, err := f.makes(config)
		assert.NilError(t, err)
		assert.Equal(t, created.Reused, i > 0)
		assert.DeepEqual(t, f.nodes(), want)
	}

	config.Nodes = append(config.Nodes, node("s390x", "tcp://127.0.0.1:4", "cacert="+other))
	want = append(want, "tcp://127.0.0.1:4 linux/s390x cacert="+other)
	_, err := f.makes(config)
	assert.NilError(t, err)
	assert.DeepEqual(t, f.nodes(), want)

	config.Nodes[1].DriverOpts = []string{"servername=big"}
	_, err = f.makes(config)
	assert.ErrorIs(t, err, errdefs.ErrDiffers)
	assert.ErrorContains(t, err, `its node at tcp://127.0.0.1:3: its driver option servername is "pi", not "big"`)
	assert.DeepEqual(t, f.nodes(), want)
	config.Recreate, config.Nodes = true, config.Nodes[1:2]
	_, err = f.makes(config)
	assert.NilError(t, err)
	assert.DeepEqual(t, f.nodes(), []string{strings.Replace(want[1], "=pi", "=big", 1), want[0], strings.Replace(want[2],
		other, ca, 1)})
}

// A node that is left out stays, and is told of; one that is named for that goes. What is no node is not removed in
// silence.
func TestNodesAreRemoved(t *testing.T) {
	f := newFarmer(t)
	both := Config{Nodes: []NodeSpec{
		{Platforms: []string{"linux/amd64"}, Endpoint: "tcp://127.0.0.1:2"},
		{Platforms: []string{"linux/arm64"}, Endpoint: "tcp://127.0.0.1:3"},
	}}
	_, err := f.makes(both)
	assert.NilError(t, err)
	one := Config{Nodes: both.Nodes[:1]}
	created, err := f.makes(one)
	assert.NilError(t, err)
	assert.DeepEqual(t, created.Notes, []string{`node "farm1" at tcp://127.0.0.1:3 is not among those named, and stays`})
	one.RemoveNodes = []string{"tcp://127.0.0.1:3"}
	created, err = f.makes(one)
	assert.NilError(t, err)
	assert.DeepEqual(t, created.Notes, []string{`node "farm1" at tcp://127.0.0.1:3 is removed`})
	assert.DeepEqual(t, f.nodes(), []string{"tcp://127.0.0.1:2 linux/amd64"})
	_, err = f.makes(one)
	assert.ErrorIs(t, err, errdefs.ErrInput)
	assert.ErrorContains(t, err,
		`--remove-node "tcp://127.0.0.1:3": builder "farm" has no such node; it has farm0 at tcp://127.0.0.1:2`)
	_, err = f.makes(Config{RemoveNodes: []string{"farm0"}})
	assert.ErrorIs(t, err, errdefs.ErrInput)
	assert.ErrorContains(t, err, `builder "farm" has no other node than "farm0"`)
}

// A node that takes a platform over is told of as the one that had it; taken back, the builder is as it was. The order
// of a node's platforms says nothing.
func TestAddedNodesAreTakenBack(t *testing.T) {
	f := newFarmer(t)
	first := NodeSpec{Platforms: []string{"linux/amd64", "linux/386"}, Endpoint: "tcp://127.0.0.1:2"}
	_, err := f.makes(Config{Nodes: []NodeSpec{first}})
	assert.NilError(t, err)
	before := f.nodes()
	added, err := f.makes(
		Config{Nodes: []NodeSpec{first, {Platforms: []string{"linux/s390x"}, Endpoint: "tcp://127.0.0.1:3"}}},
	)
	assert.NilError(t, err)
	over, err := f.makes(Config{Nodes: []NodeSpec{{Platforms: []string{"linux/amd64"}, Endpoint: "tcp://127.0.0.1:4"}}})
	assert.NilError(t, err)
	assert.Equal(t, over.Notes[1], `linux/amd64 is no longer built on node "farm0" at tcp://127.0.0.1:2`)
	assert.Equal(t, f.nodes()[0], "tcp://127.0.0.1:2 linux/386")
	assert.NilError(t, TakeBack(t.Context(), f.client, "farm", slices.Concat(added.Added, over.Added)))
	assert.DeepEqual(t, f.nodes(), before)

	slices.Reverse(first.Platforms)
	same, err := f.makes(Config{Nodes: []NodeSpec{first}})
	assert.NilError(t, err)
	assert.Assert(t, same.Reused)
	assert.DeepEqual(t, f.nodes(), before)
}

// The options of Kubernetes are those of buildx's driver, for all nodes and for each; a node is known by what it is for.
func TestFarmInKubernetes(t *testing.T) {
	f := newFarmer(t)
	config := Config{
		Driver: builder.KubernetesDriver, Image: "moby/buildkit:rootless",
		DriverOpts: []string{
			"namespace=farm,replicas=2,rootless=true", "requests.cpu=500m,limits.memory=2Gi",
			"persistent-volume-claim.requests.storage=10Gi,serviceaccount=builder",
		},
		Nodes: []NodeSpec{
			{Platforms: []string{"linux/amd64"}, Endpoint: "kubernetes", DriverOpts: []string{"nodeselector=a=b,c=d"}},
			{Platforms: []string{"linux/arm64"}, Endpoint: "kubernetes", DriverOpts: []string{"replicas=1"}},
		},
	}
	const shared = " image=moby/buildkit:rootless limits.memory=2Gi namespace=farm"
	const claim = " persistent-volume-claim.requests.storage=10Gi"
	const rest = " requests.cpu=500m rootless=true serviceaccount=builder --allow-insecure-entitlement=network.host"
	want := []string{
		"farm0 linux/amd64" + shared + " nodeselector=a=b,c=d" + claim + " replicas=2" + rest,
		"farm1 linux/arm64" + shared + claim + " replicas=1" + rest,
	}
	for i := range 2 {
		created, err := f.makes(config)
		assert.NilError(t, err)
		assert.Equal(t, created.Reused, i > 0)
		assert.Assert(t, !created.Privileged)
		assert.DeepEqual(t, f.nodes(), want)
	}
	_, err := f.makes(Config{DriverOpts: []string{"replicas=3"}})
	assert.ErrorIs(t, err, errdefs.ErrDiffers)
	_, err = f.makes(Config{Nodes: []NodeSpec{{Platforms: []string{"linux/amd64"}, Endpoint: "ssh://pi"}}})
	assert.ErrorIs(t, err, errdefs.ErrInput)
	assert.ErrorContains(t, err, "a node of the driver kubernetes is not at ssh://pi, but at kubernetes")
}

// Pods with a claim would not be given their settings, and of several kubeconfigs buildx's driver reads none: both is
// refused before anything is made.
func TestInClusterIsRefused(t *testing.T) {
	f := newFarmer(t)
	config := Config{Driver: builder.KubernetesDriver, DriverOpts: []string{builder.ClaimOption + "=1Gi"}}
	assert.NilError(t, Check(t.Context(), f.client, config))
	config.ConfigFile = f.file("buildkitd.toml")
	err := Check(t.Context(), f.client, config)
	assert.ErrorIs(t, err, errdefs.ErrInput)
	assert.ErrorContains(t, err, "pods with a claim are not given the settings")
	config.DriverOpts = []string{builder.ClaimOption + "=1Gi,rootless=true"}
	assert.NilError(t, Check(t.Context(), f.client, config))

	t.Setenv("KUBECONFIG", "a"+string(os.PathListSeparator)+"b")
	err = Check(t.Context(), f.client, config)
	assert.ErrorIs(t, err, errdefs.ErrInput)
	assert.ErrorContains(t, err, "names several files")
}

// What no builder can be made of is refused, with the value, before anything is made.
func TestBadFarms(t *testing.T) {
	f := newFarmer(t)
	node := func(text string) []NodeSpec {
		spec, err := ParseNode(text)
		assert.NilError(t, err)
		return []NodeSpec{spec}
	}
	for _, tc := range []struct {
		config Config
		want   string
	}{
		{Config{Driver: "podman"}, `--driver "podman": there are docker-container, remote, kubernetes`},
		{Config{Driver: "remote", Image: "i"}, `run already, and take no image "i"`},
		{Config{Driver: "remote", Nodes: node("arm64=pi")}, `there is no docker context "pi"`},
		{Config{Driver: "remote"}, "needs a node"},
		{Config{Nodes: node("arm64=tcp://pi:1,cacert=/no/ca.pem")}, "the file of cacert: stat /no/ca.pem"},
		{Config{Nodes: node("arm64=tcp://pi:1,cert=" + f.file("c"))}, "tls enabled, but missing keys"},
		{Config{Nodes: node("arm64=tcp://pi:1,replicas=2")}, "invalid driver option replicas for remote driver"},
		{Config{Nodes: node("arm64=kubernetes,replicas=many")}, `"replicas=many": "many" is no number of pods; give replicas=1`},
		{Config{Nodes: node("arm64=kubernetes,replicas=-1")}, `node arm64=kubernetes: its option "replicas=-1": "-1" is no`},
		{Config{Nodes: node("arm64=kubernetes,replicas=0")}, `"0" is no number of pods`},
		{Config{Nodes: node("arm64=kubernetes,tolerations=x")}, `"x" is no part of a toleration; give key=KEY,value=VALUE`},
		{Config{Nodes: node("arm64=kubernetes,tolerations=operator=Equal")}, `"operator=Equal" is no toleration`},
		{Config{Nodes: node("arm64=kubernetes,namespace=No Such")}, `"No Such" is no name of a namespace, which has small`},
		{Config{Nodes: node("arm64=kubernetes,namespace=")}, `"" is no name of a namespace`},
		{Config{Nodes: node("arm64=kubernetes,serviceaccount=No Such")}, `"No Such" is no name of a service account; give`},
		{Config{Driver: "kubernetes", DriverOpts: []string{"namespace=No Such"}}, `"No Such" is no name of a namespace`},
		{Config{Nodes: node("arm64=kubernetes,nodeselector=a")}, `its option "nodeselector=a": cannot parse node selector`},
		{Config{Nodes: node("arm64=kubernetes,limits.memory=lots")}, "lots"},
		{Config{Driver: "kubernetes", DriverOpts: []string{"memory=1g"}}, "invalid driver option memory for driver kubernetes"},
		{Config{Nodes: append(node("arm64=ssh://a"), node("arm64=ssh://b")...)}, "arm64 is given to two nodes"},
		{Config{Nodes: append(node("arm64=ssh://a"), node("amd64=ssh://a")...)}, "it is named twice"},
		{Config{Nodes: node("arm64=ssh://a"), RemoveNodes: []string{"ssh://a"}}, "it is to be removed as well"},
		{Config{Nodes: node("arm64=tcp://pi:1/")}, "there is more in it than a host and a port"},
		{Config{Nodes: node("arm64=tcp://me:secret@pi:1")}, "there is more in it than a host and a port"},
		{Config{Nodes: node("arm64=tcp://pi:65536")}, "there is no port 65536"},
		{Config{Nodes: node("arm64=ssh://pi:0")}, "there is no port 0"},
		{Config{Nodes: node("arm64=http://pi:1")}, "no node is reached by http://; give tcp://HOST:PORT"},
		{Config{Driver: "remote", Nodes: node("arm64=https://pi:1")}, "with the options cacert, cert and key"},
		{Config{Nodes: append(node("arm64=tcp://localhost:1"), node("amd64=tcp://127.0.0.1:1")...)}, "it is named twice"},
		{Config{RemoveNodes: []string{"farm1"}}, `--remove-node "farm1": there is no builder "farm"`},
	} {
		_, err := f.makes(tc.config)
		assert.ErrorIs(t, err, errdefs.ErrInput)
		assert.ErrorContains(t, err, tc.want)
	}
	assert.DeepEqual(t, f.builders(), []string{})
}

// What may be a password is not shown, wherever the error is.
func TestBadOptionsKeepSecrets(t *testing.T) {
	f := newFarmer(t)
	for _, text := range []string{
		"arm64=,env.TOKEN=CANARY", "arm64=ssh://pi,env.TOKEN=a,CANARY", `arm64=ssh://pi,env.TOKEN="CANARY`,
	} {
		_, err := ParseNode(text)
		assert.ErrorIs(t, err, errdefs.ErrInput)
		assert.Assert(t, !strings.Contains(err.Error(), "CANARY"), err)
		assert.ErrorContains(t, err, "env.TOKEN=xxxxx")
	}
	for _, config := range []Config{
		{DriverOpts: []string{"env.TOKEN=a,CANARY"}},
		{DriverOpts: []string{`env.TOKEN="CANARY`}},
		{Driver: "remote", DriverOpts: []string{"env.TOKEN=CANARY"}},
		{Nodes: []NodeSpec{{Platforms: []string{"linux/arm64"}, Endpoint: "tcp://pi:1", DriverOpts: []string{"env.TOKEN=CANARY"}}}},
	} {
		_, err := f.makes(config)
		assert.ErrorIs(t, err, errdefs.ErrInput)
		assert.Assert(t, !strings.Contains(err.Error(), "CANARY"), err)
	}
}

// The names of docker contexts are nobody else's, that of the engine in use among them.
func TestBuilderCalledAsAContext(t *testing.T) {
	f := newFarmer(t)
	for _, nodes := range [][]NodeSpec{nil, {{Platforms: []string{"linux/arm64"}, Endpoint: "tcp://127.0.0.1:2"}}} {
		err := Check(t.Context(), f.client, Config{Name: "default", Named: true, Nodes: nodes})
		assert.ErrorIs(t, err, errdefs.ErrInput)
		assert.ErrorContains(t, err, `no builder can be made that is called "default", which is a docker context`)
	}
}

// However the loopback of this machine is written, it is one node, and the builder is as it was.
func TestNodeOnLoopback(t *testing.T) {
	f := newFarmer(t)
	for i, host := range []string{"localhost", "127.0.0.1", "LOCALHOST"} {
		created, err := f.makes(Config{Nodes: []NodeSpec{
			{Platforms: []string{"linux/amd64"}, Endpoint: "tcp://" + host + ":2"},
		}})
		assert.NilError(t, err)
		assert.Equal(t, created.Reused, i > 0)
		assert.DeepEqual(t, f.nodes(), []string{"tcp://localhost:2 linux/amd64"})
	}
	_, err := f.makes(Config{Nodes: []NodeSpec{{Platforms: []string{"linux/arm64"}, Endpoint: "tcp://[::1]:2"}}})
	assert.NilError(t, err)
	_, err = f.makes(Config{RemoveNodes: []string{"tcp://127.0.0.1:2"}})
	assert.NilError(t, err)
	assert.DeepEqual(t, f.nodes(), []string{"tcp://[::1]:2 linux/arm64"})
}
