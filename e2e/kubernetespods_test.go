//go:build e2e && kubernetes

package e2e

import (
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// The pod of a builder that is deleted in mid-build: where it is asked to end, the build ends first; where it is gone at
// once, what it built is built once more on the pod that takes its place. Either way both platforms are built, no tag is
// touched, and the builder serves the next build.
func TestKubernetesPodDeletedWhileBuilding(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		builders := k.beside(t)
		k.run(builders.initWords()...).succeeds(t)
		for _, way := range []struct {
			name string
			lost int
			args []string
		}{
			{"gently", 0, []string{"--wait=false"}},
			{"by force", 1, []string{"--grace-period=0", "--force"}},
		} {
			t.Run(way.name, func(t *testing.T) {
				command, log := k.building(t)
				pod := builders.stepBegins(t, "node2")
				builders.kubectl(append([]string{"delete", "pod", pod}, way.args...)...).succeeds(t)
				said := k.afterwards(t, command, log, 0)
				assert.Check(t, is.Equal(strings.Count(said, "is lost: building once more on another pod of it"), way.lost))
				k.untouched(t)
				k.run("build", "--builder", k.builder, "--platform", "linux/amd64,linux/arm64", "--no-cache", "--quiet",
					"-t", k.repository("app")+":1", ".").succeeds(t)
			})
		}
	})
}

// A builder that is removed while it builds: the build says so, with what helps, and nothing of it is started anew.
func TestKubernetesRemovedWhileBuilding(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		builders := k.beside(t)
		k.run(builders.initWords()...).succeeds(t)
		command, log := k.building(t)
		builders.stepBegins(t, "node2")
		k.run("deinit", "--builder", k.builder, "--force").succeeds(t)
		said := k.afterwards(t, command, log, 4)
		assert.Check(t, is.Contains(said, `builder "`+k.builder+`" was removed meanwhile`))
		assert.Check(t, is.Contains(said, "next: docker multiplat init --builder "+k.builder))
		assert.Check(t, !strings.Contains(said, "building once more"), said)
		assert.Check(t, is.Equal(builders.kubectl("get", "deployments", "--output", "name").Stdout, ""))
		k.untouched(t)
	})
}

// stepBegins waits until the step of a build begins on a node, and is the pod there.
func (k *kubernetes) stepBegins(t *testing.T, node string) string {
	t.Helper()
	pod := k.podOn(t, node)
	eventually(t, "the step begins there", func() error {
		if !strings.Contains(k.kubectl("exec", pod, "--", "ps").Stdout, "sleep 15") {
			return errors.New("it has not yet")
		}
		return nil
	})
	return pod
}

// podOn is the pod of a builder on a node.
func (k *kubernetes) podOn(t *testing.T, node string) string {
	t.Helper()
	listed := k.kubectl("get", "pods", "--field-selector", "spec.nodeName="+node+",status.phase=Running", "--output",
		"jsonpath={.items[*].metadata.name}").succeeds(t).Stdout
	names := strings.Fields(listed)
	assert.Assert(t, is.Len(names, 1))
	return names[0]
}

// The pod of a test that is evicted, as when its node is drained, says nothing of the image: the platform is
// inconclusive, why is told, the other one keeps its verdict, and nothing is left.
func TestKubernetesPodEvictedWhileTesting(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		name := k.draft(t, "FROM busybox\nCMD [\"true\"]\n")
		said := k.struck(t, name, func(pod string) {
			k.kubectl("create", "--raw", "/api/v1/namespaces/"+k.namespace+"/pods/"+pod+"/eviction", "--filename",
				k.write("eviction.json", `{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "`+pod+`"}}`)).
				succeeds(t)
		})
		assert.Check(t, is.Contains(said, "linux/arm64"))
		assert.Check(t, is.Contains(said, "was taken away: "))
		assert.Check(t, is.Contains(said, "next: docker multiplat test "))
		k.nothingLeft(t)
		k.untouched(t)
		k.run("test", "--test", "true", "--test-on", k.on("amd64"), "--test-on", k.on("arm64"), name).succeeds(t)
	})
}
