//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

const webServer = `FROM busybox
ARG HEALTH=ok
RUN mkdir /www && echo $HEALTH > /www/health
HEALTHCHECK CMD wget -qO- http://127.0.0.1:8080/health | grep ok
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`

// A server is tested by its HEALTHCHECK, and by a command inside of it, on every platform.
func TestServerOnFourPlatforms(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("web") + ":1"
		s.write("Dockerfile", webServer)
		s.run("init", "--platform", fourPlatforms).succeeds(t)
		s.run("build", "--test-local", "--report", "r.xml", "-t", name, ".").succeeds(t)
		report := s.junitReport(t)
		assert.DeepEqual(t, []int{report.Tests, report.Failures, report.Errors}, []int{4, 0, 0})

		inside := []string{"test", "--test-exec", "wget -qO- http://127.0.0.1:8080/health", "--report", "r.xml", name}
		s.run(inside...).succeeds(t)
		report = s.junitReport(t)
		assert.Equal(t, len(report.Suites), 4)
		for _, suite := range report.Suites {
			assert.Equal(t, suite.Cases[0].Stdout, "ok\n")
		}
		s.run("test", "--test-exec", "wget -qO- http://127.0.0.1:8080/no", "--test-timeout", "5s",
			"--test-emulated-factor", "1", name).exits(t, 5)

		s.run("build", "--build-arg", "HEALTH=ill", "-t", name, "--platform", "linux/amd64", ".").succeeds(t)
		ill := s.run("test", "--platform", "linux/amd64", "--test-timeout", "4s", "--test-local", name).exits(t, 5)
		assert.Assert(t, is.Contains(ill.Stderr, "not healthy after 4"))
		s.nothingLeft(t)
	}, containerdStore)
}

// What needs a second container finds it on a network, and a script may do what it likes.
func TestSecondContainer(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("client") + ":1"
		s.write("Dockerfile", "FROM busybox\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)
		network := "e2e-" + s.id
		s.docker("network", "create", network).succeeds(t)
		defer s.docker("network", "rm", network)
		s.docker("run", "--detach", "--rm", "--network", network, "--name", network, "--network-alias", "db", "busybox",
			"sh", "-c", "echo hello > /index.html; exec httpd -f -h /").succeeds(t)
		defer s.docker("rm", "--force", network)

		get := `sh -c 'wget -qO- http://db/ | grep hello'`
		s.run("test", "--test", get, "--test-timeout", "5s", name).exits(t, 5)
		s.run("test", "--test", get, "--test-network", network, name).exits(t, 5) // on a network it is another test
		s.run("rm", name).succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)
		s.run("test", "--test", get, "--test-network", network, name).succeeds(t)
		script := `sh -c 'docker run --rm --network ` + network +
			` $MULTIPLAT_IMAGE_ID wget -qO- http://db/ && echo $MULTIPLAT_PLATFORM $MULTIPLAT_EMULATED $MULTIPLAT_IMAGE'`
		for range 2 { // what a script does nobody knows, so that it is run again
			s.run("test", "--test-script", script, "--report", "r.xml", name).succeeds(t)
			report := s.junitReport(t)
			assert.Equal(t, report.Suites[0].Cases[0].Stdout, "hello\nlinux/amd64 false "+name+"--amd64\n")
			assert.Equal(t, report.Suites[1].Cases[0].Stdout, "hello\nlinux/arm64 true "+name+"--arm64\n")
		}
		late := s.run("test", "--test-script", "sh -c 'sleep 300'", "--test-timeout", "1s", "--test-emulated-factor", "1",
			name).exits(t, 6)
		assert.Equal(t, strings.Count(late.Stderr, "not done after 1s"), 3, "twice in the steps, and once in the end")
	}, containerdStore)
}
