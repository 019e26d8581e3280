//go:build e2e && kubernetes

package e2e

import (
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A machine that has lost its power before a build begins, of which Kubernetes knows nothing yet: what it is for is told
// soon, by its name, and nothing is built; the other platform is built and tested as ever.
func TestKubernetesOffBeforeBuild(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		builders := k.beside(t, "b")
		k.run(builders.initWords()...).succeeds(t)
		name := k.repository("app") + ":1"
		k.write("Dockerfile", "FROM busybox\nRUN uname -m >/arch\n")
		build := func(platforms string, code int) result {
			began := time.Now()
			args := []string{"build", "--builder", k.builder, "--platform", platforms}
			args = append(args, "--test", "grep 64 /arch", "-t", name, ".")
			for p := range strings.SplitSeq(platforms, ",") {
				args = append(args, "--test-on", k.on(strings.TrimPrefix(p, "linux/")))
			}
			r := k.run(args...).exits(t, code)
			t.Logf("build of %s took %.1f s", platforms, time.Since(began).Seconds())
			assert.Check(t, time.Since(began) < 30*time.Second)
			return r
		}
		k.node(t, "2", "off")
		off := build("linux/amd64,linux/arm64", 3)
		assert.Check(t, is.Contains(off.Stderr, "node2"))
		assert.Check(t, is.Contains(off.Stderr, "linux/arm64"))
		for _, raw := range []string{"expected 1 replicas to be ready", "kubernetes:///", "listing workers"} {
			assert.Check(t, !strings.Contains(off.Stderr, raw), raw)
		}
		build("linux/amd64", 0)
		k.nothingLeft(t)
		k.untouched(t)
	})
}
