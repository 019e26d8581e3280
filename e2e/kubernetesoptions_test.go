//go:build e2e && kubernetes

package e2e

import (
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What init is told of pods is what they are made with; said again it changes nothing; and deinit leaves nothing.
func TestKubernetesOptions(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.kubectl("create", "serviceaccount", "builders").succeeds(t)
		words := k.optionWords("replicas=2", "requests.cpu=50m", "requests.memory=64Mi", "limits.cpu=1", "limits.memory=1Gi",
			"nodeselector=farm/arch=amd64", "labels=team=ci", "annotations=example.com/note=yes", "serviceaccount=builders",
			`"tolerations=key=team,operator=Exists"`)
		k.run(words...).succeeds(t)
		made := k.kubectl("get", "deployments", "--output", `jsonpath={range .items[*]}{.metadata.uid} {.metadata.generation} `+
			`{.spec.replicas} {.metadata.labels.team} {.spec.template.metadata.annotations} `+
			`{.spec.template.spec.serviceAccountName} {.spec.template.spec.nodeSelector} `+
			`{.spec.template.spec.tolerations} {.spec.template.spec.containers[0].resources}{end}`).
			succeeds(t).
			Stdout
		for _, want := range []string{
			" 2 ci ", `"example.com/note":"yes"`, " builders ", `{"farm/arch":"amd64"}`, `[{"key":"team","operator":"Exists"}]`,
			`"limits":{"cpu":"1","memory":"1Gi"}`, `"requests":{"cpu":"50m","memory":"64Mi"}`,
		} {
			assert.Check(t, is.Contains(made, want))
		}
		k.run(words...).succeeds(t)
		uid, _, _ := strings.Cut(made, " ")
		again := k.kubectl(
			"get",
			"deployments",
			"--output",
			`jsonpath={.items[*].metadata.uid} {.items[*].metadata.generation}`,
		)
		assert.Equal(t, again.Stdout, uid+" 1")
		status := k.run("status", "--builder", k.builder, "--platform", "linux/amd64").succeeds(t)
		assert.Check(t, !strings.Contains(status.Stdout+status.Stderr, "kubernetes:///"))
		lost := k.run("init", "--builder", k.builder, "--remove-node", "nobody").exits(t, 2)
		assert.Check(t, is.Contains(lost.Stderr, " in Kubernetes"))
		assert.Check(t, !strings.Contains(lost.Stderr, "kubernetes:///"), lost.Stderr)
		k.run("deinit", "--builder", k.builder, "--force").succeeds(t)
		k.left(t, "")
	})
}

// A claim keeps the cache of a builder that is taken away, and how it is removed is said.
func TestKubernetesClaim(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.volume(t)
		words := k.optionWords("persistent-volume-claim.requests.storage=1Gi", "nodeselector=farm/arch=amd64")
		for range 2 {
			k.run(words...).succeeds(t)
		}
		k.kubectl("get", "statefulset", "--output", "name").succeeds(t)
		bound := k.kubectl("get", "persistentvolumeclaims", "--output", "jsonpath={.items[*].status.phase}")
		assert.Equal(t, bound.Stdout, "Bound")
		gone := k.run("deinit", "--builder", k.builder, "--force").succeeds(t)
		claim := strings.TrimSpace(k.kubectl("get", "persistentvolumeclaims", "--output", "name").Stdout)
		assert.Check(t, claim != "")
		k.left(t, claim)
		_, command, said := strings.Cut(gone.Stderr, "kubectl ")
		assert.Assert(t, said, gone.Stderr)
		command, _, _ = strings.Cut(command, "\n")
		k.kubectl(strings.Fields(command)...).succeeds(t)
		k.left(t, "")
	})
}

// optionWords make a builder of one platform with these options.
func (k *kubernetes) optionWords(options ...string) []string {
	words := []string{
		"init", "--builder", k.builder, "--driver", "kubernetes", "--driver-opt", "namespace=" + k.namespace,
		"--platform", "linux/amd64",
	}
	for _, option := range options {
		words = append(words, "--driver-opt", option)
	}
	return words
}

// volume is a folder of the first node for a claim: the lab's cluster makes none by itself.
func (k *kubernetes) volume(t *testing.T) {
	t.Helper()
	k.apply(t, `{apiVersion: v1, kind: PersistentVolume, metadata: {name: `+k.namespace+`}, spec: {
		capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce],
		hostPath: {path: /var/lib/kubelet/`+k.namespace+`, type: DirectoryOrCreate},
		nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: farm/arch, operator: In, values: [amd64]}]}]}}}}`)
	t.Cleanup(func() { k.kubectl("delete", "persistentvolume", k.namespace, "--wait=false").succeeds(t) })
}

// left waits until nothing of a builder is left but this.
func (k *kubernetes) left(t *testing.T, want string) {
	t.Helper()
	eventually(t, "no more of the builder is left than "+want, func() error {
		listed := k.kubectl("get", "deployments,statefulsets,pods,persistentvolumeclaims,secrets", "--output", "name").Stdout
		if left := strings.TrimSpace(listed); left != want {
			return errors.New(left)
		}
		return nil
	})
}
