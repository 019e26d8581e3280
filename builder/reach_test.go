package builder

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/docker/buildx/store"
	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Of a node that nobody can start from here, and that is not there, a survey says that it is out of reach, and why. The
// others are as they are.
func TestInspectNodeOutOfReach(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	assert.NilError(t, err)
	gone := "tcp://" + listener.Addr().String()
	assert.NilError(t, listener.Close())
	list := parsed([]string{"linux/amd64", "linux/arm64"})
	dockerCLI := storing(t, &store.NodeGroup{Name: "farm", Driver: RemoteDriver, Nodes: []store.Node{
		{Name: "farm0", Endpoint: newStandIn(t, "farm0", "linux/amd64", nil), Platforms: list[:1]},
		{Name: "farm1", Endpoint: gone, Platforms: list[1:]},
	}})
	seen, err := New(dockerCLI).Inspect(t.Context(), "farm", list)
	assert.NilError(t, err)
	assert.Equal(t, len(seen.Stopped), 0)
	assert.Equal(t, seen.Placements[0].Down, "")
	assert.Check(t, is.Contains(seen.Placements[1].Down, "it cannot be reached at "+gone))
	assert.Check(t, is.Contains(seen.Placements[1].Down, "connection refused"))
	assert.Equal(t, seen.Placements[1].Node, "farm1")

	found, err := New(dockerCLI).Load(t.Context(), "farm", Need{})
	assert.NilError(t, err)
	assert.Equal(t, found.Nodes()[0].Problem, "")
	assert.Equal(t, found.Nodes()[1].Problem, seen.Placements[1].Down)
}

// lateNode is a display that starts a node once it is shown that this is waited for.
type lateNode struct {
	silent
	*standIn
	t       *testing.T
	address string
	told    []string
}

// Write implements [progress.Writer].
func (l *lateNode) Write(status *client.SolveStatus) {
	for _, v := range status.Vertexes {
		if !strings.Contains(v.Name, "connection refused") || slices.Contains(l.told, v.Name) {
			continue
		}
		l.told = append(l.told, v.Name)
		listener, err := net.Listen("tcp", l.address) //nolint:noctx // ends with the test
		assert.NilError(l.t, err)
		l.serve(l.t, listener)
	}
}

// A node that comes up late is waited for, and it is told at once that it is, and why.
func TestBootTellsOfLateNode(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	assert.NilError(t, err)
	address := listener.Addr().String()
	assert.NilError(t, listener.Close())
	list := parsed([]string{"linux/amd64"})
	dockerCLI := storing(t, &store.NodeGroup{Name: "farm", Driver: RemoteDriver, Nodes: []store.Node{
		{Name: "farm0", Endpoint: "tcp://" + address, Platforms: list},
	}})
	late := &lateNode{standIn: &standIn{name: "farm0", native: list[0]}, t: t, address: address}
	booted, err := New(dockerCLI).Boot(t.Context(), "farm", Need{Platforms: list, Works: 1}, late)
	assert.NilError(t, err)
	assert.Check(t, booted.Running())
	assert.Check(t, is.DeepEqual(late.told, []string{
		"it takes no connection at tcp://" + address + ", and is waited for, for 5s at most: dial tcp " + address +
			": connect: connection refused",
	}))
}

// Of a node that is a container of an engine that does not answer nobody says that it is stopped.
func TestInspectEngineOutOfReach(t *testing.T) {
	list := parsed([]string{"linux/amd64"})
	dockerCLI := storing(t, &store.NodeGroup{Name: "farm", Driver: ContainerDriver, Nodes: []store.Node{
		{Name: "farm0", Endpoint: "tcp://127.0.0.1:1", Platforms: list},
	}})
	seen, err := New(dockerCLI).Inspect(t.Context(), "farm", list)
	assert.NilError(t, err)
	assert.Equal(t, len(seen.Stopped), 0)
	assert.Check(t, is.Contains(seen.Placements[0].Down, "127.0.0.1:1"))
}

// What listens and is no BuildKit daemon is told from what does not listen.
func TestInspectNodeThatIsNoDaemon(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	assert.NilError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		assert.Check(t, listener.Close())
		<-ended
	})
	list := parsed([]string{"linux/amd64"})
	dockerCLI := storing(t, &store.NodeGroup{Name: "farm", Driver: RemoteDriver, Nodes: []store.Node{
		{Name: "farm0", Endpoint: "tcp://" + listener.Addr().String(), Platforms: list},
	}})
	seen, err := New(dockerCLI).Inspect(t.Context(), "farm", list)
	assert.NilError(t, err)
	why := seen.Placements[0].Down
	assert.Check(t, is.Contains(why, "does not answer as a BuildKit daemon does"))
	assert.Check(t, !strings.Contains(why, "\n"))
}
