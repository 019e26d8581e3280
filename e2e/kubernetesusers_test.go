//go:build e2e && kubernetes

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Whoever USER names is in a cluster who it is in an engine, in the same groups; what an engine refuses is refused.
func TestKubernetesUsers(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		s, name := k.with("DOCKER_HOST="+k.lab.engine), k.repository("app")+":1"
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		for _, user := range []string{
			"app", "app:staff", "app:2000", "app:3000", "1000", "1000:staff", "1000:2000", "5000", "5000:staff", "5000:6000",
			"app:nogroup-here", "nobody-here", "nobody-here:staff", "1000:nogroup-here", ":staff", "app:",
		} {
			k.write("Dockerfile", "FROM busybox\nRUN mkdir -p /etc && echo root:x:0:0::/:/bin/sh >/etc/passwd && "+
				"echo app:x:1000:1001::/:/bin/sh >>/etc/passwd && echo root:x:0: >/etc/group && "+
				"echo own:x:1001: >>/etc/group && echo staff:x:2000: >>/etc/group && echo more:x:2001:app >>/etc/group\n"+
				"USER "+user+"\nCMD [\"true\"]\n")
			s.run("build", "--quiet", "--load", "--platform", "linux/amd64", "-t", name, ".").succeeds(t)
			const who = "echo $(id -u):$(id -g) $(id -G)"
			engine := k.finish(s.command("docker", "run", "--rm", name+"--amd64", "sh", "-c", who))
			code, test := 0, "sh -c '"+who+"; test \"$("+who+")\" = \""+strings.TrimSpace(engine.Stdout)+"\"'"
			if engine.Code != 0 {
				code = 5
			}
			here := s.run("test", "--platform", "linux/amd64", "--no-test-cache", "--test", test, name)
			there := k.run("test", "--platform", "linux/amd64", "--test", test, "--test-on", k.on("amd64"), name)
			assert.Check(t, is.Equal(here.Code, code), "USER %s: %s", user, here.Stderr)
			assert.Check(t, is.Equal(there.Code, code), "USER %s: %s\n%s", user, there.Stderr, engine.Stdout+engine.Stderr)
			t.Logf("USER %s: engine %d %q, cluster %d", user, engine.Code, engine.Stdout, there.Code)
		}
		k.nothingLeft(t)
	})
}
