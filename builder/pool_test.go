package builder

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
	group := &store.NodeGroup{Name: "farm", Driver: RemoteDriver}
	for i := range nodes {
		p := list[i%len(list)]
		name := fmt.Sprintf("farm%d", i)
		group.Nodes = append(group.Nodes, store.Node{
			Name: name, Endpoint: newStandIn(t, name, p, work), Platforms: []ocispec.Platform{platforms.MustParse(p)},
		})
	}
	dockerCLI := storing(t, group)
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
	dockerCLI, err := command.NewDockerCli()
	assert.NilError(t, err)
	assert.NilError(t, dockerCLI.Initialize(cliflags.NewClientOptions()))
	txn, release, err := storeutil.GetStore(dockerCLI)
	assert.NilError(t, err)
	assert.NilError(t, txn.Save(group))
	release()
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

// A farm of many nodes, with stand-ins in the place of BuildKit: how busy the nodes are while there is something left
// to be handed out, and what the client needs. make farm-simulation prints it: a busy machine would say nothing of it.
func TestFarmSimulation(t *testing.T) {
	if os.Getenv("FARM_SIMULATION") == "" {
		t.Skip("FARM_SIMULATION is not set")
	}
	list := []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x", "linux/ppc64le", "linux/riscv64"}
	for _, tc := range []struct{ nodes, targets int }{{6, 20}, {12, 20}, {25, 20}, {50, 20}, {50, 100}} {
		t.Run(fmt.Sprintf("%d nodes, %d targets", tc.nodes, tc.targets), func(t *testing.T) {
			simulate(t, tc.nodes, tc.targets, list)
		})
	}
}

// span is how long a node worked on one solve.
type span struct{ begun, ended time.Duration }

// serial are nodes that do one thing at a time, which takes between one and three times as long as unit.
type serial struct {
	unit    time.Duration
	started time.Time

	mu    sync.Mutex
	count int
	turns map[string]*sync.Mutex
	spans map[string][]span
}

// work takes its time on a node, when it is its turn.
func (s *serial) work(node string) {
	const kinds = 11
	s.mu.Lock()
	if s.turns[node] == nil {
		s.turns[node] = &sync.Mutex{}
	}
	turn, takes := s.turns[node], s.unit+time.Duration(s.count*7%kinds)*s.unit/5
	s.count++
	s.mu.Unlock()
	turn.Lock()
	now := span{begun: time.Since(s.started)}
	<-time.After(takes) // it is what is simulated
	now.ended = time.Since(s.started)
	turn.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans[node] = append(s.spans[node], now)
}

// busy is the share of the time of so many nodes that they have worked: until the last piece of work was begun, and in
// all.
func (s *serial) busy(nodes int) (until, all float64) {
	first, last, end := time.Hour, time.Duration(0), time.Duration(0)
	for _, list := range s.spans {
		for _, one := range list {
			first, last, end = min(first, one.begun), max(last, one.begun), max(end, one.ended)
		}
	}
	var early, whole time.Duration
	for _, list := range s.spans {
		for _, one := range list {
			early += max(0, min(one.ended, last)-one.begun)
			whole += one.ended - one.begun
		}
	}
	of := func(part, time time.Duration) float64 {
		return 100 * part.Seconds() / (float64(nodes) * time.Seconds())
	}
	return of(early, last-first), of(whole, end-first)
}

// simulate bakes on a farm.
func simulate(t *testing.T, nodes, targets int, list []string) {
	t.Helper()
	const atOnce = 2
	s := &serial{unit: 3 * time.Second, turns: map[string]*sync.Mutex{}, spans: map[string][]span{}}
	b := farm(t, nodes, list, s.work)
	peak := watchMemory(t)
	s.started = time.Now()
	bakeOn(t, b, targets, list, atOnce)
	took := time.Since(s.started)
	until, all := s.busy(nodes)
	t.Logf("%d nodes, %d targets × %d platforms: %.0f s, %d nodes used, busy %.0f %% until the last was begun, "+
		"%.0f %% in all; at most %d MB", nodes, targets, len(list), took.Seconds(), len(s.spans), until, all, peak()>>20)
}

// watchMemory samples the memory of the process, and returns the most that it was.
func watchMemory(t *testing.T) (peak func() uint64) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var most []uint64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			mu.Lock()
			most = append(most, inUse())
			mu.Unlock()
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		cancel()
		<-done
		slices.SortFunc(most, cmp.Compare[uint64])
		return most[len(most)-1]
	}
}

// inUse is the memory that the process has of its own.
func inUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}
