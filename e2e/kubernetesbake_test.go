//go:build e2e && kubernetes

package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Three targets of two platforms are built by pods, tested by Jobs and published together; nothing is left of the tests,
// nor of the builder once that is taken away.
func TestKubernetesBake(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		builders := k.beside(t)
		k.run(builders.initWords()...).succeeds(t)
		names := []string{k.repository("one") + ":1", k.repository("two") + ":1", k.repository("three") + ":1"}
		k.write("Dockerfile", "FROM busybox\nARG N\nRUN echo $N on $(uname -m) >/n\nCMD [\"cat\", \"/n\"]\n")
		k.write("docker-bake.hcl", strings.NewReplacer("ONE", names[0], "TWO", names[1], "THREE", names[2]).Replace(`
			group "default" { targets = ["one", "two", "three"] }
			target "_" { platforms = ["linux/amd64", "linux/arm64"] }
			target "one" {
				inherits = ["_"]
				tags = ["ONE"]
				args = { N = "one" }
			}
			target "two" {
				inherits = ["_"]
				tags = ["TWO"]
				args = { N = "two" }
			}
			target "three" {
				inherits = ["_"]
				tags = ["THREE"]
				args = { N = "three" }
			}
		`))
		bake := []string{
			"bake", "--builder", k.builder, "--test", "grep on /n", "--test-on", k.on("amd64"), "--test-on", k.on("arm64"),
		}
		refused := k.run("bake", "--builder", k.builder, "--test", "true", "--test-on", "linux/amd64=kubernetes:lab/not-there").
			exits(t, 3)
		assert.Check(t, !strings.Contains(refused.Stderr, "VERDICT"), refused.Stderr)
		baked := k.run(bake...).succeeds(t)
		assert.Check(t, is.Equal(strings.Count(baked.Stderr, "run as Jobs in "), 2), "once for each platform")
		k.nothingLeft(t)
		k.run(append([]string{"publish"}, names...)...).succeeds(t)
		for _, name := range names {
			repository := strings.TrimSuffix(strings.TrimPrefix(name, k.lab.registry+"/"), ":1")
			doc, ok := k.scenario.registry.manifest(t, repository, "1")
			assert.Assert(t, ok)
			var index ocispec.Index
			assert.NilError(t, json.Unmarshal(doc.Body, &index))
			assert.Check(t, is.Len(imagesOf(index), 2))
		}
		k.run("deinit", "--builder", k.builder, "--force").succeeds(t)
		builders.nothingLeft(t)
	})
}

// beside is the scenario in another namespace.
func (k *kubernetes) beside(t *testing.T) *kubernetes {
	t.Helper()
	other := *k
	other.namespace += "-b"
	k.kubectl("create", "namespace", other.namespace).succeeds(t)
	t.Cleanup(func() { k.kubectl("delete", "namespace", other.namespace, "--wait=false").succeeds(t) })
	return &other
}

// A platform whose nodes are all tainted is tested where that is no hindrance; else the pod waits, and what for is said.
func TestKubernetesTaint(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		name := k.draft(t, "FROM busybox\nCMD [\"true\"]\n")
		k.kubectl("taint", "node", "node2", "team=ci:NoSchedule").succeeds(t)
		t.Cleanup(func() { k.kubectl("taint", "node", "node2", "team-").succeeds(t) })
		test := func(on string, code int) result {
			return k.run("test", "--platform", "linux/arm64", "--test", "true", "--test-on", on, name).exits(t, code)
		}
		waits := test(k.on("arm64"), 6)
		assert.Check(t, is.Contains(waits.Stderr, "is Pending: 0/2 nodes are available"))
		assert.Check(t, is.Contains(waits.Stderr, "node node2 is tainted team=ci:NoSchedule"))
		assert.Check(t, is.Contains(waits.Stderr, "toleration=team=ci:NoSchedule makes that no hindrance"))
		k.nothingLeft(t)
		for _, taint := range []string{"team", "team=ci:NoSchedule", "*"} {
			test(k.on("arm64")+",toleration="+taint, 0)
		}
		test(k.on("arm64")+",toleration=team=other", 6)
		k.nothingLeft(t)
	})
}
