//go:build e2e

package e2e

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// silentNode takes connections and never answers, and counts them.
type silentNode struct {
	address string
	taken   atomic.Int32
}

// newSilentNode starts one on loopback.
func newSilentNode(t *testing.T) *silentNode {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	assert.NilError(t, err)
	n := &silentNode{address: "tcp://" + listener.Addr().String()}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			n.taken.Add(1)
			defer func() { _ = conn.Close() }()
		}
	}()
	t.Cleanup(func() {
		assert.Check(t, listener.Close())
		<-ended
	})
	return n
}

// storeRemote writes a builder of the driver remote into buildx's store, as a machine that has been there for long has
// it: nobody is asked.
func (s *scenario) storeRemote(t *testing.T, name string, endpoints map[string]string) {
	t.Helper()
	s.storeBuilder(t, name, "remote", endpoints)
}

// storeBuilder is storeRemote for any driver.
func (s *scenario) storeBuilder(t *testing.T, name, driver string, endpoints map[string]string) {
	t.Helper()
	group := map[string]any{"Name": name, "Driver": driver}
	var nodes []map[string]any
	for i, architecture := range []string{"amd64", "arm64", "s390x"} {
		if endpoints[architecture] != "" {
			nodes = append(nodes, map[string]any{
				"Name": name + string(rune('0'+i)), "Endpoint": endpoints[architecture],
				"Platforms": []map[string]string{{"os": "linux", "architecture": architecture}},
			})
		}
	}
	group["Nodes"] = nodes
	text, err := json.Marshal(group)
	assert.NilError(t, err)
	folder := filepath.Join(s.config, "buildx", "instances")
	assert.NilError(t, os.MkdirAll(folder, 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, name), text, 0o600))
}

// Of a builder that nothing answers of, status says why, whatever its nodes are: not that it is stopped.
func TestStatusOfNodesOutOfReach(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		for _, driver := range []string{"remote", "docker-container"} {
			name := "gone-" + driver + s.id
			s.storeBuilder(t, name, driver, map[string]string{"amd64": "tcp://127.0.0.1:1"})
			seen := s.run("status", "--builder", name, "--platform", "linux/amd64").exits(t, 3)
			assert.Check(t, is.Contains(seen.Stderr, `node "`+name+`0" is out of reach: `))
			assert.Check(t, is.Contains(seen.Stderr, "127.0.0.1:1"))
			assert.Check(t, !is.Contains(seen.Stderr, "stopped")().Success())
		}
	}, containerdStore)
}

// Nodes that no platform of a command needs are not asked, whether they are silent or gone. One that is needed is named
// with what is wrong with it.
func TestDeadNodesAreLeftAlone(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		silent, group := newSilentNode(t), "dead-"+s.id
		s.storeRemote(t, group, map[string]string{
			"amd64": "docker-container://buildx_buildkit_" + s.builder + "0",
			"arm64": silent.address, "s390x": "tcp://127.0.0.1:1",
		})
		nodes := s.with("BUILDX_BUILDER=" + group)
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\nRUN true\n")
		s.write("docker-bake.hcl", `target "default" { platforms = ["linux/amd64"] }`)
		for _, args := range [][]string{
			{"build", "--platform", "linux/amd64", "-t", name, "."},
			{"build", "--dry-run", "--platform", "linux/amd64", "-t", name, "."},
			{"build", "--call", "outline", "--platform", "linux/amd64", "."},
			{"bake", "--set", "*.tags=" + name},
			{"check", "--platform", "linux/amd64", "."},
			{"init", "--platform", "linux/amd64"},
		} {
			nodes.run(args...).succeeds(t)
			assert.Equal(t, silent.taken.Load(), int32(0), args)
		}
		planned := nodes.run("build", "--dry-run", "--platform", "linux/amd64,linux/s390x", "-t", name, ".").succeeds(t)
		assert.Check(t, is.Contains(planned.Stdout,
			"linux/s390x: build on "+group+"2, which is out of reach (it cannot be reached at tcp://127.0.0.1:1: "))
		assert.Check(t, !is.Contains(planned.Stdout, "stopped")().Success())
		needed := nodes.run("build", "--platform", "linux/amd64,linux/arm64", "-t", name, ".").exits(t, 3)
		assert.Check(t, is.Contains(needed.Stderr, `node "`+group+`1"`))
		assert.Check(t, is.Contains(needed.Stderr, "it has not answered at "+silent.address+" for 15s"))
		gone := nodes.run("build", "--platform", "linux/amd64,linux/s390x", "-t", name, ".").exits(t, 3)
		assert.Check(t, is.Contains(gone.Stderr, `node "`+group+`2"`))
		assert.Check(t, is.Contains(gone.Stderr, "no tag was touched"))
		assert.Check(t, is.Contains(gone.Stderr, "next: docker multiplat status --builder "+group+" "))
		assert.Check(t, !is.Contains(gone.Stderr, "to be sent")().Success())
	}, containerdStore)
}

// An engine that falls silent is waited for as long as a daemon is, by what builds on it and by what takes it away.
func TestSilentEngineAsNode(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		silent := newSilentNode(t)
		s.storeBuilder(t, s.builder, "docker-container", map[string]string{
			"amd64": s.lab.engine, "arm64": silent.address,
		})
		s.write("Dockerfile", "FROM busybox\n")
		built := s.run("build", "--platform", "linux/amd64,linux/arm64", "-t", s.repository("app")+":1", ".").exits(t, 3)
		gone := s.run("deinit", "--force").exits(t, 3)
		for _, told := range []string{built.Stderr, gone.Stderr} {
			assert.Check(t, is.Contains(told, `node "`+s.builder+`1"`))
			assert.Check(t, is.Contains(told, "it has not answered at "+silent.address+" for 15s"))
		}
		assert.Check(t, is.Contains(gone.Stderr, "next: docker multiplat deinit --builder "+s.builder))
	}, containerdStore)
}

// A node whose engine does not answer is not added, and the builder that it was to be added to stays as it was: nobody is
// told to remove that.
func TestNodeThatCannotBeAdded(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		failed := s.run("init", "--platform", "linux/amd64", "--node", "linux/arm64=ssh://127.0.0.1:1").exits(t, 3)
		assert.Check(t, is.Contains(failed.Stderr, "reaching the engine at ssh://127.0.0.1:1"))
		assert.Check(t, is.Contains(failed.Stderr, "builder "+s.builder+" is as it was"))
		assert.Check(t, is.Contains(failed.Stderr,
			"next: docker multiplat init --node linux/arm64=ssh://127.0.0.1:1 --platform linux/amd64\n"))
	}, containerdStore)
}
