//go:build e2e && kubernetes

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Whom a cluster does not accept is told so: init leaves no builder behind, and status does not call one stopped of
// which the cluster tells nothing. Who names no cluster is told where one is looked for.
func TestKubernetesUnaccepted(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		text := k.kubectl("config", "view", "--raw", "--flatten").succeeds(t).Stdout
		own := *k
		own.scenario = k.with("KUBECONFIG=" + k.write("kubeconfig", text))
		be := func(who string) { own.kubectl("config", "set-context", "lab", "--user", who).succeeds(t) }
		own.kubectl("config", "set-credentials", "nobody", "--token", "no-such-token").succeeds(t)
		words := own.optionWords("nodeselector=farm/arch=amd64")
		told := func(r result) {
			assert.Check(t, is.Contains(r.Stderr, "Unauthorized"))
			assert.Check(t, is.Contains(r.Stderr, "auth whoami"))
			assert.Check(t, !strings.Contains(r.Stdout+r.Stderr, "stopped"), r.Stderr)
			assert.Check(t, !strings.Contains(r.Stdout+r.Stderr, "kubernetes:///"), r.Stderr)
		}
		be("nobody")
		told(own.run(words...).exits(t, 3))
		entries, err := os.ReadDir(filepath.Join(own.config, "buildx", "instances"))
		assert.Check(t, os.IsNotExist(err) || len(entries) == 0, "%v", entries)

		be("admin")
		own.run(words...).succeeds(t)
		be("nobody")
		told(own.run("status", "--builder", k.builder, "--platform", "linux/amd64").exits(t, 3))
		be("admin")
		own.run("deinit", "--builder", k.builder, "--force").succeeds(t)

		none := own.with("KUBECONFIG=" + filepath.Join(own.dir, "none"))
		lost := none.run(words...).exits(t, 3)
		assert.Check(t, is.Contains(lost.Stderr, "there is no kubeconfig: nothing is at "+filepath.Join(own.dir, "none")))
		assert.Check(t, !strings.Contains(lost.Stderr, "KUBERNETES_MASTER"))
	})
}

// What no node was found for is not said to run natively.
func TestKubernetesSelectsNone(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		words := k.optionWords("nodeselector=farm/arch=amd64")
		words = append(words, "--platform", "linux/arm64", "--node", "linux/amd64=kubernetes,nodeselector=farm/arch=amd64",
			"--node", "linux/arm64=kubernetes,nodeselector=farm/arch=none")
		r := k.run(words...).exits(t, 3)
		for line := range strings.Lines(r.Stdout + r.Stderr) {
			if strings.Contains(line, "linux/arm64") {
				assert.Check(t, !strings.Contains(line, "native "), line)
				assert.Check(t, !strings.Contains(line, "kubernetes:///"), line)
			}
		}
		assert.Check(t, is.Contains(r.Stderr, "is Pending: 0/2 nodes are available"))
	})
}
