package builder

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/platforms"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	cliflags "github.com/docker/cli/cli/flags"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// silent is a display that shows nothing.
type silent struct{}

func (silent) Write(*client.SolveStatus)                 {}
func (silent) WriteBuildRef(string, string)              {}
func (silent) ValidateLogSource(digest.Digest, any) bool { return true }
func (silent) ClearLogSource(any)                        {}

var _ progress.Writer = silent{}

// farm is a builder of nodes that are stand-ins.
func farm(t *testing.T, nodes int, list []string, work func(node string)) *Builder {
	t.Helper()
	return booted(t, storing(t, standIns(t, nodes, list, work)), nodes, list)
}

// standIns is a builder as it is stored whose nodes are stand-ins.
func standIns(t *testing.T, nodes int, list []string, work func(node string)) *store.NodeGroup {
	t.Helper()
	group := &store.NodeGroup{Name: "farm", Driver: RemoteDriver}
	for i := range nodes {
		p := list[i%len(list)]
		name := fmt.Sprintf("farm%d", i)
		group.Nodes = append(group.Nodes, store.Node{
			Name: name, Endpoint: newStandIn(t, name, p, work), Platforms: []ocispec.Platform{platforms.MustParse(p)},
		})
	}
	return group
}

// booted is the builder that is stored, with as many nodes as there are works for.
func booted(t *testing.T, dockerCLI command.Cli, nodes int, list []string) *Builder {
	t.Helper()
	b, err := New(dockerCLI).Boot(t.Context(), "farm", Need{Platforms: parsed(list), Works: nodes}, silent{})
	assert.NilError(t, err)
	return b
}

// storing is the Docker CLI of a machine that knows a builder.
func storing(t *testing.T, group *store.NodeGroup) command.Cli {
	t.Helper()
	folder := t.TempDir()
	t.Setenv("DOCKER_CONFIG", folder)
	t.Setenv("BUILDX_CONFIG", filepath.Join(folder, "buildx"))
	dockerCLI := initialized(t)
	txn, release, err := storeutil.GetStore(dockerCLI)
	assert.NilError(t, err)
	assert.NilError(t, txn.Save(group))
	release()
	return dockerCLI
}

// initialized is the Docker CLI.
func initialized(t *testing.T) command.Cli {
	t.Helper()
	dockerCLI, err := command.NewDockerCli()
	assert.NilError(t, err)
	assert.NilError(t, dockerCLI.Initialize(cliflags.NewClientOptions()))
	return dockerCLI
}

func parsed(list []string) (all []ocispec.Platform) {
	for _, p := range list {
		all = append(all, platforms.MustParse(p))
	}
	return all
}

// bakeOn builds so many targets for these platforms, and returns which node built what.
func bakeOn(t *testing.T, b *Builder, targets int, list []string, jobs int) map[string]string {
	t.Helper()
	folder := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\n"), 0o600))
	content, err := local.NewStore(t.TempDir())
	assert.NilError(t, err)
	var mu sync.Mutex
	built := map[string]string{}
	var works []Work
	for i := range targets {
		name := fmt.Sprintf("t%d", i)
		watch := Watch{Began: func() error { return nil }, Done: func(r Result) {
			mu.Lock()
			defer mu.Unlock()
			assert.Check(t, r.Err, "%s", r.Node)
			built[name+" "+platforms.FormatAll(r.Platform)] = r.Node
		}}
		works = append(works, Work{
			Name: name, Request: request.Request{Context: folder, Platforms: parsed(list)}, Watch: watch,
		})
	}
	assert.NilError(t, b.BuildAll(t.Context(), works, jobs, Sink{content, silent{}}))
	return built
}

// Of several nodes for one platform each gets something to do: the builds wait for each other until all nodes have one.
func TestTargetsAreSpreadOverNodes(t *testing.T) {
	const nodes = 5
	list := []string{"linux/arm64"}
	var mu sync.Mutex
	working, all := map[string]bool{}, make(chan struct{})
	patience, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	b := farm(t, nodes, list, func(node string) {
		mu.Lock()
		working[node] = true
		if len(working) == nodes {
			select {
			case <-all:
			default:
				close(all)
			}
		}
		mu.Unlock()
		select {
		case <-all:
		case <-patience.Done():
		}
	})
	first := bakeOn(t, b, 2*nodes, list, 0)
	assert.Equal(t, len(first), 2*nodes)
	assert.Equal(t, len(working), nodes, "nodes that had something to do")
	assert.DeepEqual(t, bakeOn(t, b, 2*nodes, list, 0), first) // where their caches are
}
