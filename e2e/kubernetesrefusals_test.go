//go:build e2e && kubernetes

package e2e

import (
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// apply gives a manifest to the cluster.
func (k *kubernetes) apply(t *testing.T, manifest string) {
	t.Helper()
	k.kubectl("apply", "--filename", k.write("manifest.yaml", manifest)).succeeds(t)
}

// What the cluster refuses at once is told at once, in its words; nothing is left, and no tag is touched.
func TestKubernetesRefusals(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		name := k.draft(t, "FROM busybox\nCMD [\"true\"]\n")
		refused := func(t *testing.T, who *kubernetes, code int, says ...string) {
			t.Helper()
			began := time.Now()
			r := who.run("test", "--platform", "linux/amd64", "--test", "true", "--test-on", k.on("amd64"), name).exits(t, code)
			t.Logf("told after %.1f s", time.Since(began).Seconds())
			for _, words := range says {
				assert.Check(t, is.Contains(r.Stderr, words))
			}
			k.nothingLeft(t)
			k.untouched(t)
		}
		kind := func(kind, spec string) string {
			return "{apiVersion: v1, kind: " + kind + ", metadata: {name: small, namespace: " + k.namespace + "}, spec: " + spec + "}"
		}
		t.Run("quota", func(t *testing.T) {
			k.apply(t, kind("ResourceQuota", "{hard: {limits.memory: 64Mi}}"))
			refused(t, k, 6, "has no pod: FailedCreate: ", "exceeded quota: small")
			k.kubectl("delete", "resourcequota", "small").succeeds(t)
		})
		t.Run("limits", func(t *testing.T) {
			k.apply(t, kind("LimitRange", "{limits: [{type: Container, max: {memory: 64Mi}}]}"))
			refused(t, k, 6, "has no pod: FailedCreate: ", "maximum memory usage per Container is 64Mi")
			k.kubectl("delete", "limitrange", "small").succeeds(t)
		})
		t.Run("rights", func(t *testing.T) {
			k.apply(t, "{apiVersion: v1, kind: ServiceAccount, metadata: {name: nobody, namespace: "+k.namespace+"}}")
			refused(t, k.as(t, "nobody"), 3, `User "system:serviceaccount:`+k.namespace+`:nobody" cannot list resource`)
		})
		t.Run("security", func(t *testing.T) {
			k.kubectl("label", "namespace", k.namespace, "pod-security.kubernetes.io/enforce=restricted").succeeds(t)
			refused(t, k, 3, `violates PodSecurity "restricted:latest"`)
			k.kubectl("label", "namespace", k.namespace, "pod-security.kubernetes.io/enforce-").succeeds(t)
		})
		t.Run("namespace", func(t *testing.T) {
			k.apply(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: held, namespace: "+k.namespace+
				", finalizers: [example.com/held]}}")
			k.kubectl("delete", "namespace", k.namespace, "--wait=false").succeeds(t)
			refused(t, k, 3, "because it is being terminated")
			k.kubectl("patch", "configmap", "held", "--type", "merge", "--patch", `{"metadata": {"finalizers": null}}`).
				succeeds(t)
		})
	})
}

// as is the scenario of somebody who reaches the cluster as a service account.
func (k *kubernetes) as(t *testing.T, account string) *kubernetes {
	t.Helper()
	token := strings.TrimSpace(k.kubectl("create", "token", account).succeeds(t).Stdout)
	text := k.kubectl("config", "view", "--raw", "--flatten").succeeds(t).Stdout
	other := *k
	other.scenario = k.with("KUBECONFIG=" + k.write("kubeconfig-"+account, text))
	other.kubectl("config", "set-credentials", account, "--token", token).succeeds(t)
	other.kubectl("config", "set-context", "lab", "--user", account).succeeds(t)
	return &other
}
