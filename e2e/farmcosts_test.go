//go:build e2e

package e2e

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// tolls count what the client sends and gets: over the links to engines, and in requests to the registry.
type tolls struct {
	links    atomic.Int64
	registry atomic.Int64
	requests atomic.Int64
}

// toll is what one command costs.
type toll struct{ links, registry, requests int64 }

// of is what has been counted so far.
func (c *tolls) of() toll { return toll{c.links.Load(), c.registry.Load(), c.requests.Load()} }

// since is what was counted since.
func (c *tolls) since(before toll) toll {
	now := c.of()
	return toll{now.links - before.links, now.registry - before.registry, now.requests - before.requests}
}

// tolled is a connection whose bytes count, in both directions.
type tolled struct {
	net.Conn
	bytes *atomic.Int64
}

// Read implements [net.Conn].
func (c tolled) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// Write implements [net.Conn].
func (c tolled) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}

// CloseWrite closes one direction, as the connection below does.
func (c tolled) CloseWrite() error { return c.Conn.(interface{ CloseWrite() error }).CloseWrite() }

// tolledListener accepts such connections.
type tolledListener struct {
	net.Listener
	bytes *atomic.Int64
}

// Accept implements [net.Listener].
func (l tolledListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return tolled{c, l.bytes}, err
}

// engine is the address of an engine behind a link that is counted.
func (c *tolls) engine(t *testing.T, socket string) string {
	t.Helper()
	plain, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	assert.NilError(t, err)
	return forwardFrom(t, tolledListener{plain, &c.links}, socket)
}

// countedBody is a body whose bytes count.
type countedBody struct {
	http.ResponseWriter
	bytes *atomic.Int64
}

// Write implements [io.Writer].
func (b countedBody) Write(p []byte) (int, error) {
	n, err := b.ResponseWriter.Write(p)
	b.bytes.Add(int64(n))
	return n, err
}

// registryBefore is the host of a registry behind a proxy that counts what the client asks, sends and gets: nodes and
// engines go through it, too, and do not count.
func (c *tolls) registryBefore(t *testing.T, registry string) string {
	t.Helper()
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: registry})
		r.Out.Host = r.In.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.UserAgent(), "docker-multiplat") {
			c.requests.Add(1)
			c.registry.Add(max(0, r.ContentLength))
			w = countedBody{w, &c.registry}
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// What a farm costs the client, by the way it is used: through the client, staged in the registry, and with a client on
// each machine. docs/farm.md has these figures; what is asserted is that bytes are what its model says.
func TestFarmCosts(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		const platforms, size = 2, 60_000_000
		var c tolls
		first := c.engine(t, s.lab.engine)
		second := c.engine(t, labEnvironment(t, overlay2Store)["DOCKER_HOST"])
		host := c.registryBefore(t, s.lab.registry)
		far := s.with("DOCKER_HOST=" + first)
		other := s.with("DOCKER_HOST=" + labEnvironment(t, overlay2Store)["DOCKER_HOST"])
		t.Cleanup(other.clean)
		both := "linux/amd64,linux/arm64"
		node := "second-" + s.id
		far.docker("context", "create", node, "--docker", "host="+second).succeeds(t)
		far.run("init", "--platform", both, "--node", "linux/arm64="+node).succeeds(t)
		costs := func(what string, run func()) toll {
			before, begun := c.of(), time.Now()
			run()
			spent := c.since(before)
			t.Logf("%s: %.2f MB over links, %.2f MB and %d requests to the registry, %.1f s", what,
				float64(spent.links)/1e6, float64(spent.registry)/1e6, spent.requests, time.Since(begun).Seconds())
			return spent
		}

		s.writeLarge("through")
		name := s.repositoryAt(host, "through") + ":1"
		built := costs("through the client: build and test", func() {
			far.run("build", "--test", "cat /arch", "-t", name, ".").succeeds(t)
		})
		published := costs("through the client: publish", func() { far.run("publish", name).succeeds(t) })
		assert.Check(t, built.links > 2*platforms*size, "%d", built.links) // from the nodes, and to the engines
		assert.Check(t, published.registry > platforms*size, "%d", published.registry)

		s.writeLarge("staged")
		name = s.repositoryAt(host, "staged") + ":1"
		built = costs("staged: build and test", func() {
			far.run("build", "--stage", "registry", "--test", "cat /arch", "-t", name, ".").succeeds(t)
		})
		published = costs("staged: publish", func() { far.run("publish", name).succeeds(t) })
		assert.Check(t, built.links+built.registry+published.links+published.registry < 1<<20)

		s.writeLarge("fanin")
		name = s.repositoryAt(host, "fanin") + ":1"
		var files []string
		near := s.with("BUILDX_BUILDER=" + s.builder + "-near")
		near.run("init", "--platform", both).succeeds(t)
		for _, arch := range []string{"amd64", "arm64"} { // each on the machine of its engine
			one := costs("fan-in: "+arch, func() {
				near.run("build", "--test", "cat /arch", "--platform", "linux/"+arch, "-t", name, ".").succeeds(t)
				near.run("publish", "--by-digest", "--platform", "linux/"+arch, "--metadata-file", arch+".json", name).succeeds(t)
			})
			assert.Check(t, one.registry > size && one.links < 1<<20, "%+v", one)
			files = append(files, "--from", arch+".json")
		}
		merged := costs("fan-in: merge", func() {
			near.run(append([]string{"merge", "-t", name, "--platform", both}, files...)...).succeeds(t)
		})
		assert.Check(t, merged.registry+merged.links < 1<<20)
	}, containerdStore)
}
