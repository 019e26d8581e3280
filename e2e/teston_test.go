//go:build e2e

package e2e

import (
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// link counts what is sent over a listener, and can be cut.
type link struct {
	net.Listener
	sent  atomic.Int64
	conns sync.Map
}

// Accept implements [net.Listener].
func (l *link) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.conns.Store(c, true)
	return &linked{c, l}, nil
}

// cut ends the link, and all that goes over it.
func (l *link) cut() {
	_ = l.Close()
	l.conns.Range(func(c, _ any) bool {
		_ = c.(net.Conn).Close()
		return true
	})
}

// linked is a connection over a link.
type linked struct {
	net.Conn
	link *link
}

// Read implements [net.Conn].
func (c *linked) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.link.sent.Add(int64(n))
	return n, err
}

// CloseWrite closes one direction, as the connection below does.
func (c *linked) CloseWrite() error { return c.Conn.(interface{ CloseWrite() error }).CloseWrite() }

// linkTo is a docker context of an engine behind TLS, and the link to it.
func (s *scenario) linkTo(t *testing.T, context, engine string) *link {
	t.Helper()
	folder := t.TempDir()
	settings := certificates(t, folder)
	plain, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	assert.NilError(t, err)
	l := &link{Listener: plain}
	host := forwardFrom(t, tls.NewListener(l, settings), engine)
	pem := func(name string) string { return filepath.Join(folder, name+".pem") }
	s.docker("context", "create", context, "--docker",
		fmt.Sprintf("host=%s,ca=%s,cert=%s,key=%s", host, pem("ca"), pem("cert"), pem("key"))).succeeds(t)
	return l
}

// A platform is tested on the engine of the node that builds it, or on one that is named: by a docker context, over TLS,
// over ssh. Only what that engine lacks is sent there, and nothing stays on it. All engines here are of amd64: what runs
// on the other one is emulated there, and the record says so.
func TestOnAnotherEngine(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		host := labEnvironment(t, overlay2Store)["DOCKER_HOST"]
		other, pi := s.with("DOCKER_HOST="+host), "pi-"+s.id
		s.docker("context", "create", pi, "--docker", "host="+host).succeeds(t)
		s.run("init", "--platform", "linux/amd64,linux/arm64", "--node", "linux/arm64="+pi).succeeds(t)
		t.Cleanup(other.clean)
		name := s.repository("app") + ":1"
		big := make([]byte, 8<<20)
		_, _ = rand.Read(big)
		s.write("big", string(big))
		s.write("Dockerfile", "FROM busybox\nCOPY big /big\nARG V\nRUN echo $V > /v\n")

		plan := s.run("build", "--dry-run", "--test", "true", "-t", name, ".").succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "emulated on "+pi+" at "+host))
		assert.Check(t, is.Contains(plan.Stdout, "how much is not known before it was built once"))
		built := s.run("build", "--test", "true", "-t", name, ".").succeeds(t)
		assert.Check(t, is.Contains(built.Stderr, "emulated on "+pi))
		assert.Check(
			t,
			is.Contains(built.Stderr, "to be sent between machines: how much is not known before it was built once"),
		)
		// the layer that both platforms have comes from one node alone
		assert.Check(t, is.Regexp(`\nsent between machines: [\d.]+[kM]?B from node `+s.builder+`1, [89](\.\d+)?MB to `+pi,
			built.Stderr))
		built = s.run("build", "--test", "true", "-t", name, ".").succeeds(t)
		assert.Check(t, is.Regexp(`to be sent between machines: at most about [89](\.\d+)?MB from node `+s.builder+`1, `+
			`[89](\.\d+)?MB to `+pi+`, as last time`, built.Stderr))
		s.docker("image", "inspect", name+"--amd64").succeeds(t)
		s.docker("image", "inspect", name+"--arm64").exits(t, 1)
		other.docker("image", "inspect", name+"--arm64").succeeds(t)
		plan = s.run("build", "--dry-run", "--test", "true", "-t", name, ".").succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "at most about"))
		here := s.run("build", "--platform", "linux/amd64", "--build-arg", "V=here", "--test", "true",
			"--test-on", "linux/amd64="+s.lab.engine, "-t", s.repository("here")+":1", ".").succeeds(t)
		assert.Check(t, !strings.Contains(here.Stderr, "sent between machines"), "it is the engine in use")
		s.run("publish", name).succeeds(t)
		index, _ := s.registry.index(t, s.repository("app"), "1")
		arm64 := imagesOf(index)[slices.Index(platformsOf(index), "linux/arm64")]
		record := s.records(t, s.repository("app"), attestationsOf(index)[arm64.Digest.String()])
		assert.Check(t, is.Contains(record, `"`+pi+`"`))
		assert.Check(t, is.Contains(record, `"linux/amd64, emulated"`))
		never := s.run("test", "--emulation", "never", "--test", "true", name).exits(t, 6)
		assert.Check(t, is.Contains(never.Stderr, "linux/arm64: it needs an emulator"))

		s.sendsWhatIsLacking(t, name, host)
		far := s.with("PATH=" + s.sshTo(t, host) + ":" + s.lab.path)
		far.run("test", "--test", "uname -m", "--test-on", "linux/arm64=ssh://far.example", "--platform", "linux/arm64",
			name).succeeds(t)
		s.interrupt(t, "testing sleep 300", "test", "--progress", "plain", "--platform", "linux/arm64",
			"--test-on", "linux/arm64="+pi, "--test", "sleep 300", name)
		other.nothingRuns(t, name+"--arm64")

		s.run("rm", name).succeeds(t)
		other.docker("image", "inspect", name+"--arm64").exits(t, 1)
		s.docker("image", "inspect", name+"--arm64").exits(t, 1)
	}, containerdStore)
}

// nothingRuns looks for containers of an image.
func (s *scenario) nothingRuns(t *testing.T, image string) {
	t.Helper()
	left := s.docker("ps", "--all", "--quiet", "--filter", "ancestor="+image).succeeds(t)
	assert.Equal(t, left.Stdout, "")
}

// sendsWhatIsLacking tests a draft twice on engines of both image stores over TLS: the second time it is another image
// on the same base.
func (s *scenario) sendsWhatIsLacking(t *testing.T, name, overlay2 string) {
	t.Helper()
	const size = 8 << 20
	for _, store := range []string{"overlay2", "containerd"} {
		context, engine := store+"-"+s.id, overlay2
		if store == "containerd" {
			engine = s.lab.engine
		}
		l := s.linkTo(t, context, engine)
		for i, more := range []string{"x" + store, "y" + store} {
			before := l.sent.Load()
			draft := strings.TrimSuffix(name, ":1") + ":" + store
			s.run("build", "--platform", "linux/arm64", "--build-arg", "V="+more, "--test", "grep "+more+" /v",
				"--test-on", "linux/arm64="+context, "-t", draft, ".").succeeds(t)
			sent := l.sent.Load() - before
			t.Logf("%s, build %d: %d bytes", store, i+1, sent)
			if whole := i == 0 && store == "containerd"; whole { // the other engine has had an image of it before
				assert.Check(t, sent > size, "%s: %d bytes", store, sent)
				continue
			}
			assert.Check(t, sent < size/8, "%s: %d bytes", store, sent)
		}
	}
}

// An engine that is lost while it tests makes its platform inconclusive, by name; what was left there is removed by the
// next test on it.
func TestOnAnEngineThatIsLost(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		host := labEnvironment(t, overlay2Store)["DOCKER_HOST"]
		other, pi := s.with("DOCKER_HOST="+host), "pi-"+s.id
		t.Cleanup(other.clean)
		s.docker("context", "create", pi, "--docker", "host="+host).succeeds(t)
		l := s.linkTo(t, "far-"+s.id, host)
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\n")
		s.run("build", "-t", name, ".").succeeds(t)

		command := s.command("docker", "multiplat", "test", "--progress", "plain", "--platform", "linux/arm64",
			"--test", "sleep 300", "--test-on", "linux/arm64=far-"+s.id, name)
		log, err := os.Create(filepath.Join(s.dir, "lost.log"))
		assert.NilError(t, err)
		command.Stdout, command.Stderr = log, log
		assert.NilError(t, command.Start())
		eventually(t, "the test to run there", func() error {
			found := other.docker("ps", "--quiet", "--filter", "ancestor="+name+"--arm64")
			if found.Code != 0 || found.Stdout == "" {
				return exec.ErrNotFound
			}
			return nil
		})
		l.cut()
		ends(t, command)
		text, err := os.ReadFile(log.Name())
		assert.NilError(t, err)
		assert.Equal(t, command.ProcessState.ExitCode(), 6, "%s", text)
		assert.Check(t, is.Contains(string(text), "the engine of far-"+s.id+", at tcp://"))
		assert.Check(t, is.Contains(string(text), "was lost"))
		refused := s.run("publish", name).exits(t, 5)
		assert.Check(t, is.Contains(refused.Stderr, "linux/arm64"))

		again := s.run("test", "--platform", "linux/arm64", "--test", "true", "--test-on", "linux/arm64="+pi, name).
			succeeds(t)
		assert.Check(t, is.Contains(again.Stderr, "removed what a process that was killed has left"))
		other.nothingRuns(t, name+"--arm64")
	}, containerdStore)
}
