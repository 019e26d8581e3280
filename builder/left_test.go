package builder

import (
	"testing"

	"github.com/docker/buildx/store"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What stays on a node that was removed while it was silent is named with the command that removes it.
func TestRemover(t *testing.T) {
	t.Setenv("KUBECONFIG", "/in/use")
	cluster := "kubernetes:///farm?deployment=farm0&kubeconfig="
	for _, tc := range []struct {
		driver string
		node   store.Node
		want   string
	}{
		{
			ContainerDriver,
			store.Node{Name: "m1", Endpoint: "ssh://me@pi"},
			"docker --host ssh://me@pi rm --force buildx_buildkit_m1 && " +
				"docker --host ssh://me@pi volume rm --force buildx_buildkit_m1_state",
		},
		{
			ContainerDriver,
			store.Node{Name: "m1", Endpoint: "pi"},
			"docker --context pi rm --force buildx_buildkit_m1 && docker --context pi volume rm --force buildx_buildkit_m1_state",
		},
		{
			KubernetesDriver,
			store.Node{
				Name: "farm_0", Endpoint: cluster + "%2Fin%2Fuse", DriverOpts: map[string]string{"namespace": "ci"},
			},
			"kubectl --namespace ci delete --ignore-not-found deployment/farm-0 configmap/farm-0-config",
		},
		{
			KubernetesDriver,
			store.Node{Name: "farm0", Endpoint: cluster + "%2Fother", DriverOpts: map[string]string{ClaimOption: "1Gi"}},
			"kubectl --kubeconfig /other delete --ignore-not-found statefulset/farm0 configmap/farm0-config",
		},
		{RemoteDriver, store.Node{Name: "r0", Endpoint: "tcp://pi:1234"}, ""},
	} {
		assert.Check(t, is.Equal(Remover(tc.driver, tc.node), tc.want))
	}
}
