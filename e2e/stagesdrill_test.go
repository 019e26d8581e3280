//go:build e2e && drill

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// mostAfter is how long a command may go on once something it needs is gone. The machine may be busy.
const mostAfter = time.Minute

// stage is a moment of build --push.
type stage struct {
	name string
	// says is what the progress says when it begins; request is the path of a request that it makes.
	says, method, request string
}

func stages() []stage {
	return []stage{
		{name: "build", says: "RUN sleep 2"},
		{name: "export", says: "exporting layers"},
		{name: "audit", says: "exporting manifest "},
		{name: "load", says: "loading "},
		{name: "test", says: "testing sleep 2"},
		{name: "upload", method: http.MethodPut, request: "/blobs/uploads/"},
		{name: "tag", method: http.MethodPut, request: "/manifests/1"},
	}
}

// victim is something that a command needs, and that is killed.
type victim struct {
	name         string
	kill, revive func(t *testing.T)
	// codes are how a command may end; that something else fails is never a verdict on the image.
	codes []int
}

// needy is a user whose engine, builder and registry are their own.
type needy struct {
	*scenario
	engine   *engine
	registry *ownRegistry
	proxy    *proxy
}

// TestDrillStages kills what a build needs in the middle of each of its stages.
func TestDrillStages(t *testing.T) {
	drilltest.Run(t, drilltest.Kind{
		Name: "builder, engine, containerd and registry killed in each stage",
		Run: func(t *testing.T, d *drilltest.Drill) {
			t.Helper()
			forEachStore(t, func(t *testing.T, s *scenario) {
				n := newNeedy(t, s)
				for _, v := range n.victims() {
					for i, at := range stages() {
						if d.Short && i != int(d.Seed)%len(stages()) {
							continue
						}
						t.Run(v.name+"/"+at.name, func(t *testing.T) {
							count := d.Try(t)
							count(1, n.loses(t, v, at))
						})
					}
				}
			}, containerdStore)
		},
	})
}

func newNeedy(t *testing.T, s *scenario) *needy {
	t.Helper()
	n := &needy{engine: newEngine(t, s), registry: newOwnRegistry(t, s)}
	n.proxy = newProxy(t, n.registry.host)
	n.scenario = s.with("DOCKER_HOST=" + n.engine.host())
	payload := make([]byte, 24<<20)
	fill(payload, 13)
	n.write("payload", string(payload))
	n.run("init", "--platform", "linux/amd64").succeeds(t)
	return n
}

func (n *needy) victims() []victim {
	return []victim{
		{"builder", func(t *testing.T) {
			t.Helper()
			n.execute(n.command("docker", "kill", "--signal", "KILL", "buildx_buildkit_"+n.builder+"0"))
		}, func(*testing.T) {}, []int{0, 3, 4}},
		{"engine", func(t *testing.T) {
			t.Helper()
			assert.Check(t, n.engine.docker.Process.Kill())
		}, func(t *testing.T) {
			t.Helper()
			_ = n.engine.docker.Wait() // killed
			n.engine.boot(t)
		}, []int{0, 3, 4}},
		{"containerd", func(t *testing.T) {
			t.Helper()
			assert.Check(t, n.engine.containerd.Process.Kill())
		}, func(t *testing.T) {
			t.Helper()
			_ = n.engine.containerd.Wait() // killed
			end(t, n.engine.docker)
			_ = os.Remove(n.engine.path("c.sock"))
			n.engine.containerd = n.engine.start(t, "containerd", "--config", n.engine.path("containerd.toml"))
			eventually(t, "containerd answers", func() error {
				_, err := os.Stat(n.engine.path("c.sock"))
				return err
			})
			n.engine.boot(t)
		}, []int{0, 3, 4, 6}},
		{"registry", func(t *testing.T) {
			t.Helper()
			assert.Check(t, n.registry.process.Process.Kill())
		}, func(t *testing.T) {
			t.Helper()
			_ = n.registry.process.Wait() // killed
			n.registry.start(t)
		}, []int{0, 8}},
	}
}

// loses has a build lose what it needs in the middle of a stage, and says whether it ended well all the same. The tag is
// old or new, and the same command finishes once all is there again.
func (n *needy) loses(t *testing.T, v victim, at stage) bool {
	t.Helper()
	name := n.repositoryAt(n.proxy.host, v.name+"-"+at.name) + ":1"
	build := []string{
		"build", "--push", "--progress", "rawjson", "--retry-timeout", "3s", "--test", "sleep 2", "--test-timeout", "20s",
		"-t", name, ".",
	}
	n.write("Dockerfile", "FROM busybox\nLABEL old=true\n")
	n.run("build", "--push", "--test", "true", "-t", name, ".").succeeds(t)
	old := n.tagOf(t, name)
	n.write(
		"Dockerfile",
		fmt.Sprintf("FROM busybox\nCOPY payload /payload\nRUN sleep 2; echo %s %s >/new\n", v.name, at.name),
	)

	code, said, took := n.disturbed(t, v, at, build)
	t.Logf("%s killed in %s: exit %d after %s: %s", v.name, at.name, code, took.Round(time.Second/10), errorIn(said))
	assert.Check(t, slices.Contains(v.codes, code), "exit %d: %s", code, said)
	assert.Check(t, code == 0 || strings.Contains(said, "ERROR: "), said)
	assert.Check(t, took < mostAfter, "it ended %s later: %s", took, said)
	assert.Check(t, !strings.Contains(said, "goroutine "), said)
	v.revive(t)

	now := n.tagOf(t, name)
	assert.Check(t, now == old == (code != 0) || at.name == "tag", "exit %d and tag %s, before %s", code, now, old)
	n.run(build...).succeeds(t)
	n.run("verify", "--deep", "--require-tested", name).succeeds(t)
	assert.Check(t, n.tagOf(t, name) != old)
	n.nothingLeft(t)
	work, err := os.ReadDir(filepath.Join(n.config, "multiplat", "store", "work"))
	assert.NilError(t, err)
	assert.Check(t, len(work) == 0, "left: %v", work)
	return code == 0
}

// disturbed runs a command, and kills what it needs when it comes to a stage.
func (n *needy) disturbed(t *testing.T, v victim, at stage, args []string) (code int, said string, took time.Duration) {
	t.Helper()
	var killed time.Time
	log, err := os.Create(filepath.Join(n.dir, "stage.log"))
	assert.NilError(t, err)
	command := n.command("docker", append([]string{"multiplat"}, args...)...)
	command.Stdout, command.Stderr = log, log
	n.proxy.reset()
	reached := make(chan struct{}, 1)
	if at.request != "" {
		n.proxy.fail(at.method, at.request, 1, before(func() { reached <- struct{}{} }))
	}
	assert.NilError(t, command.Start())
	ended := make(chan struct{})
	go func() {
		_ = command.Wait() // its code is read below
		close(ended)
	}()
	deadline := time.After(4 * time.Minute)
	for killed.IsZero() {
		select {
		case <-reached:
		case <-ended:
			assert.Check(t, at.request != "", "it ended before its stage: %s", at.name)
			killed = time.Now()
			continue
		case <-deadline:
			_ = command.Process.Kill()
			t.Fatalf("it does not come to %s", at.name)
		case <-time.After(20 * time.Millisecond):
			text, err := os.ReadFile(log.Name())
			assert.NilError(t, err)
			if at.request != "" || !strings.Contains(string(text), at.says) {
				continue
			}
		}
		v.kill(t)
		killed = time.Now()
	}
	select {
	case <-ended:
	case <-time.After(3 * time.Minute):
		_ = command.Process.Kill()
		<-ended
	}
	took = time.Since(killed)
	text, err := os.ReadFile(log.Name())
	assert.NilError(t, err)
	return command.ProcessState.ExitCode(), string(text), took
}

// tagOf reads what a tag holds, past the proxy, and that all of it is there.
func (n *needy) tagOf(t *testing.T, name string) digest.Digest {
	t.Helper()
	witness := newRegistryClient(n.registry.host)
	repository := repositoryPath(strings.TrimSuffix(name, ":1"))
	index, id := witness.index(t, repository, "1")
	for _, entry := range index.Manifests {
		_, there := witness.manifest(t, repository, entry.Digest.String())
		assert.Check(t, there, "%s of %s is not there", entry.Digest, name)
	}
	return id
}

// errorIn is what a command says went wrong.
func errorIn(said string) string {
	_, text, _ := strings.Cut(said, "ERROR: ")
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", " / ")
}

// ownRegistry is a registry that can be killed and started again.
type ownRegistry struct {
	s            *scenario
	host, config string
	process      *exec.Cmd
}

func newOwnRegistry(t *testing.T, s *scenario) *ownRegistry {
	t.Helper()
	root := filepath.Join(t.TempDir(), "registry")
	assert.NilError(t, os.Mkdir(root, 0o700))
	host := freeHost(t)
	r := &ownRegistry{s: s, host: host, config: s.write("own.yml", fmt.Sprintf(
		"version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: %q}\n", root, host))}
	t.Cleanup(func() { end(t, r.process) })
	r.start(t)
	return r
}

func (r *ownRegistry) start(t *testing.T) {
	t.Helper()
	r.process = exec.Command(r.s.lab.tool("registry"), "serve", r.config) //nolint:noctx // ended by hand
	r.process.Env = append(slices.Clone(r.s.environ), "OTEL_TRACES_EXPORTER=none")
	assert.NilError(t, r.process.Start())
	eventually(t, "the registry to answer", func() error {
		response, err := http.Get("http://" + r.host + "/v2/") //nolint:noctx // of this machine
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
}
