//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Eight init at once end well, with one builder that has its settings.
func TestInitInParallel(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		results := make([]result, 8)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() {
				results[i] = s.execute(s.command("docker", "multiplat", "init", "--quiet", "--platform", "linux/amd64,linux/arm64"))
			})
		}
		all.Wait()
		for _, r := range results {
			r.succeeds(t)
		}
		containers := s.docker("ps", "--quiet", "--filter", "name=buildx_buildkit_"+s.builder).succeeds(t)
		assert.Equal(t, len(strings.Fields(containers.Stdout)), 1)
		s.write("Dockerfile", "FROM busybox\nRUN uname -m\n") // through the mirror its settings name
		s.run("build", "-t", s.repository("app")+":1", ".").succeeds(t)
	}, containerdStore)
}

// A builder that is not as asked for is reported, and replaced only when that is said.
func TestInitReportsDifferences(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		platforms := []string{"--platform", "linux/amd64"}
		s.docker("buildx", "create", "--name", s.builder, "--driver", "docker-container").succeeds(t)
		r := s.run(append([]string{"init"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, `it does not know the registry "docker.io" as the engine does`))
		assert.Check(t, is.Contains(r.Stderr, "it lacks the driver option network=host"))
		assert.Check(t, is.Contains(r.Stderr, "init has not made this builder; to replace it all the same, add --recreate"))
		plan := s.run(append([]string{"init", "--dry-run"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(plan.Stdout, "stays, and nothing is done without --recreate, because it lacks"))
		assert.Check(t, is.Contains(plan.Stderr, "to replace it all the same, add --recreate"))
		plan = s.run(append([]string{"init", "--dry-run", "--recreate"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "the builder pulls as the engine does: "))
		assert.Check(t, is.Contains(plan.Stdout, "network=host: "))
		r = s.run(append([]string{"init", "--recreate"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "replaced, because"))
		r = s.run(append([]string{"init", "--recreate"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "reused"))
		r = s.run(append([]string{"init", "--driver-opt", "memory=1g"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, "it lacks the driver option memory=1g"))
		assert.Check(t, is.Contains(r.Stderr, "next: docker multiplat init --recreate --builder "+s.builder))
		r = s.run(append([]string{"init", "--buildkit-image", "moby/buildkit:other"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, "image=moby/buildkit:other"))

		elsewhere := s.with("DOCKER_HOST=" + forward(t, s.lab.engine))
		r = elsewhere.run(append([]string{"init"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, "its endpoint is"))

		other := s.with("BUILDX_BUILDER=")
		other.docker("buildx", "create", "--name", "multiplat", "--driver", "remote", "tcp://127.0.0.1:1").succeeds(t)
		r = other.run(append([]string{"init", "--driver", "docker-container"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, `its driver is "remote", not "docker-container"`))
	}, containerdStore)
}

// A container that has the builder's name and was made from another folder of settings is used when it is as asked for,
// and reported and left alone when not.
func TestInitMeetsAContainerOfAnotherFolder(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		platforms := []string{"init", "--platform", "linux/amd64"}
		s.run(platforms...).succeeds(t)
		s.run(platforms...).succeeds(t)
		same := s.inAnotherFolder(t)
		plan := same.run(append(platforms, "--dry-run")...).succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "which is there and as asked for"))
		r := same.run(platforms...).succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "which was there and is as asked for"))

		settings := s.write("buildkitd.toml", "debug = true\n[registry.\"docker.io\"]\n  mirrors = [\""+s.lab.registry+
			"\"]\n[registry.\""+s.lab.registry+"\"]\n  http = true\n")
		asks := append(platforms, "--buildkitd-config", settings, "--buildkitd-flags",
			"--trace --allow-insecure-entitlement=network.host", "--driver-opt", "network=host,memory=1g", "--use")
		other := s.inAnotherFolder(t)
		for _, args := range [][]string{asks, append(asks, "--dry-run")} {
			r = other.run(args...).exits(t, 3)
			assert.Check(t, is.Contains(r.Stderr, "which another folder of settings has made"))
			assert.Check(t, is.Contains(r.Stderr, "its container runs buildkitd with"))
			assert.Check(t, is.Contains(r.Stderr, `its container has memory "0", not "1g"`))
			assert.Check(t, is.Contains(r.Stderr, "its container has another file buildkitd.toml"))
			assert.Check(t, is.Contains(r.Stderr, "to replace it all the same, add --recreate"))
		}
		plan = other.run(append(asks, "--dry-run", "--recreate")...).succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "replace, its cache stays, because its container"))
		r = other.run(append(asks, "--recreate")...).succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "replaced, because its container"))
		made := s.docker("inspect", "--format", "{{.HostConfig.Memory}} {{.Config.Cmd}}",
			"buildx_buildkit_"+s.builder+"0").succeeds(t)
		assert.Check(t, is.Contains(made.Stdout, "1073741824 [--config /etc/buildkit/buildkitd.toml --trace"))
		copied := s.docker("exec", "buildx_buildkit_"+s.builder+"0", "cat", "/etc/buildkit/buildkitd.toml").succeeds(t)
		assert.Check(t, is.Contains(copied.Stdout, "debug = true"))
		used := other.with("BUILDX_BUILDER=").docker("buildx", "inspect").succeeds(t)
		assert.Check(t, is.Contains(used.Stdout, s.builder))
		other.run(asks...).succeeds(t)

		r = s.run(platforms...).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, "its container runs buildkitd with"))
	}, containerdStore)
}

// inAnotherFolder is the same user with another folder of settings.
func (s *scenario) inAnotherFolder(t *testing.T) *scenario {
	t.Helper()
	folder := t.TempDir()
	other := s.with("DOCKER_CONFIG=" + folder)
	other.config = folder
	other.installPlugins()
	return other
}

// A file of buildx that was cut off is named, by every command that needs it.
func TestBrokenBuilderFileIsNamed(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		file := filepath.Join(s.config, "buildx", "instances", s.builder)
		whole, err := os.ReadFile(file)
		assert.NilError(t, err)
		assert.NilError(t, os.WriteFile(file, whole[:len(whole)/2], 0o600))
		s.write("Dockerfile", "FROM busybox\n")
		for _, args := range [][]string{
			{"init", "--platform", "linux/amd64"},
			{"init", "--dry-run"},
			{"status"},
			{"deinit"},
			{"build", "-t", s.repository("app") + ":1", "."},
		} {
			r := s.run(args...).exits(t, 3)
			assert.Check(t, is.Contains(r.Stderr, file))
		}
		assert.NilError(t, os.WriteFile(file, whole, 0o600))
		s.run("status").succeeds(t)
	}, containerdStore)
}

// A builder that was stopped or killed is told so by status, which leaves it alone, and started by the next build.
// One whose container is gone leaves no cache behind when it is removed.
func TestStoppedBuilderIsStartedAgain(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		container := "buildx_buildkit_" + s.builder + "0"
		for _, end := range []string{"stop", "kill"} {
			s.docker(end, container).succeeds(t)
			stopped := s.run("status").exits(t, 3)
			assert.Check(t, is.Contains(stopped.Stderr, "stopped, not probed"))
			state := s.docker("inspect", "--format", "{{.State.Running}}", container).succeeds(t)
			assert.Check(t, is.Equal(state.Stdout, "false\n"))
			built := s.run("build", "--progress", "plain", "-t", s.repository("app")+":1", ".").succeeds(t)
			assert.Check(t, is.Contains(built.Stderr, "starting container "+container))
		}
		s.run("status").succeeds(t)

		s.docker("rm", "--force", container).succeeds(t)
		s.run("deinit", "--force").succeeds(t)
		left := s.docker("volume", "ls", "--quiet", "--filter", "name="+container).succeeds(t)
		assert.Equal(t, left.Stdout, "")
	}, containerdStore)
}

// An engine that is too old is told the version that is needed.
func TestOldEngineIsRefused(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Api-Version", "1.40")
			w.Header().Set("Ostype", "linux")
			_, _ = fmt.Fprint(w, "OK")
		}))
		t.Cleanup(server.Close)
		old := s.with("DOCKER_HOST=tcp://"+server.Listener.Addr().String(), "DOCKER_API_VERSION=1.40")
		for command, code := range map[string]int{"init": 3, "status": 3, "deinit": 0} { // there is nothing to take away
			r := old.run(command).exits(t, code)
			assert.Check(t, is.Contains(r.Stderr, "1.42 (Docker Engine 23.0) is the oldest that works"), "%s", command)
		}
	}, containerdStore)
}

// An image that cannot be had names the ways around Docker Hub.
func TestInitWithoutAnImage(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		absent := s.lab.registry + "/e2e/absent:1"
		r := s.run("init", "--platform", "linux/amd64", "--buildkit-image", absent).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, "registry-mirrors"))
		assert.Check(t, is.Contains(r.Stderr, "next: docker multiplat init --buildkit-image IMAGE"))
		r = s.run("deinit").succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "there is no builder")) // it was not left behind
	}, containerdStore)
}
