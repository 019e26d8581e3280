//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"
)

// withDatabase is an app that needs a database, as a repository has it for its tests.
const withDatabase = `
services:
  app:
    build: .
    init: true # a shell that is told to end does so at once
    ports: ["18099:8080"]
    container_name: app
    environment: {DATABASE: db}
    labels: {e2e: OWNER}
    depends_on: {db: {condition: service_healthy}}
  db:
    image: busybox
    init: true
    command: sh -c 'mkdir -p /data/www; echo 42 >/data/www/answer; exec httpd -f -p 5432 -h /data/www'
    healthcheck: {test: [CMD, wget, -qO-, "http://127.0.0.1:5432/answer"], interval: 1s}
    volumes: [data:/data]
    labels: {e2e: OWNER}
  sut:
    image: busybox
    command: sh -c 'for i in $$(seq 60); do answer=$$(wget -qO- http://app:8080/answer) && break; sleep 1; done; test "$$answer" = 42 || exit 7'
    depends_on: [app]
    labels: {e2e: OWNER}
networks: {default: {labels: {e2e: OWNER}}}
volumes: {data: {name: precious-OWNER, labels: {e2e: OWNER}}}
`

// withCompose gives the scenario the compose plugin.
func (s *scenario) withCompose(t *testing.T) *scenario {
	t.Helper()
	assert.NilError(t, os.Symlink(s.lab.tool("compose"), filepath.Join(s.config, "cli-plugins", "docker-compose")))
	return s
}

// writeApp writes an app that answers what its database says, and its services.
func (s *scenario) writeApp(answer string) {
	s.write("compose.test.yaml", strings.ReplaceAll(withDatabase, "OWNER", s.id))
	s.write("Dockerfile", "FROM busybox\nRUN mkdir /www && uname -m >/www/machine\n"+
		"CMD [\"sh\", \"-c\", \""+answer+"; exec httpd -f -p 8080 -h /www\"]\n")
}

// leftovers are the containers, networks and volumes of the scenario's own stacks: those of others come and go.
func (s *scenario) leftovers(t *testing.T) string {
	t.Helper()
	var found strings.Builder
	for _, kind := range [][]string{
		{"ps", "--all", "--format", "container {{.Image}} {{.Names}}"},
		{"network", "ls", "--format", "network {{.Name}}"},
		{"volume", "ls", "--format", "volume {{.Name}}"},
	} {
		found.WriteString(s.docker(append(kind, "--filter", "label=e2e="+s.id)...).succeeds(t).Stdout)
	}
	return found.String()
}

// composeArgs build the app and test it with its services.
func (s *scenario) composeArgs(more ...string) []string {
	args := []string{"build", "-t", s.repository("app") + ":1", "--test-compose", "compose.test.yaml"}
	return append(append(args, "--test-timeout", "2m"), append(more, ".")...)
}

// goodApp has the answer of its database.
const goodApp = "wget -qO /www/answer http://$DATABASE:5432/answer"

// The image of either store takes the place of the service that is built.
func TestComposeTakesTheLoadedImage(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s = s.withCompose(t)
		s.writeApp(goodApp)
		s.docker("volume", "create", "precious-"+s.id).succeeds(t)
		defer s.docker("volume", "rm", "precious-"+s.id)
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run(s.composeArgs()...).succeeds(t)
		assert.Equal(t, s.leftovers(t), "")
	}, overlay2Store) // TestComposeTests has the other
}

// An app is tested on three platforms with a database of its own each; nothing is left behind after success, failure
// and an interrupt, and what is called precious is not touched.
func TestComposeTests(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.writeApp(goodApp)
		s.run("init", "--platform", "linux/amd64,linux/arm64,linux/arm/v7").succeeds(t)
		none := s.run(s.composeArgs()...).exits(t, 3)
		assert.Check(t, is.Contains(none.Stderr, "--test-compose needs Docker Compose"))
		s = s.withCompose(t)
		precious := "precious-" + s.id
		s.docker("volume", "create", precious).succeeds(t)
		defer s.docker("volume", "rm", precious)
		wrong := s.run("build", "-t", s.repository("app")+":1", "--test-compose", "web=compose.test.yaml", ".").exits(t, 2)
		assert.Check(t, is.Contains(wrong.Stderr, `there is no service "web"; there are app, db, sut`))

		passed := s.run(s.composeArgs("--report", "r.json")...).succeeds(t)
		report, err := os.ReadFile(filepath.Join(s.dir, "r.json"))
		assert.NilError(t, err)
		assert.Equal(t, strings.Count(string(report), `"compose compose.test.yaml"`), 3, passed.Stderr)
		assert.Equal(t, s.leftovers(t), "")

		s.writeApp("echo 41 >/www/answer")
		failed := s.run(s.composeArgs("--platform", "linux/amd64")...).exits(t, 5)
		assert.Check(t, is.Contains(failed.Stderr, `the service "sut" ends with exit code 7, not 0`))
		assert.Equal(t, s.leftovers(t), "")

		s.writeApp("sleep 300")
		two := s.composeArgs("--platform", "linux/amd64,linux/arm64")
		going := s.command("docker", append([]string{"multiplat"}, two...)...)
		var told strings.Builder
		going.Stderr = &told
		assert.NilError(t, going.Start())
		poll.WaitOn(t, func(poll.LogT) poll.Result {
			there := s.leftovers(t)
			for _, text := range []string{"-app-1\n", "network multiplat-", "volume multiplat-"} {
				if !strings.Contains(there, text) {
					return poll.Continue("%q is not there: %s", text, there)
				}
			}
			return poll.Success()
		}, poll.WithTimeout(2*time.Minute))
		assert.NilError(t, going.Process.Signal(os.Interrupt))
		_ = going.Wait()
		assert.Equal(t, going.ProcessState.ExitCode(), 130, told.String())
		assert.Equal(t, s.leftovers(t), "")
		s.docker("volume", "inspect", precious).succeeds(t)
	}, containerdStore)
}
