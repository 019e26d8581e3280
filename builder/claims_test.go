package builder

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// What Kubernetes keeps of a builder is named with the command that removes it; other builders leave nothing.
func TestClaims(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BUILDX_CONFIG", dir)
	t.Setenv("KUBECONFIG", "/home/me/config")
	assert.NilError(t, os.Mkdir(filepath.Join(dir, "instances"), 0o700))
	node := func(name, options string) string {
		return `{"Name":"` + name + `","Endpoint":"kubernetes:///b?kubeconfig=/k","DriverOpts":{` + options + `}}`
	}
	for name, group := range map[string]string{
		"farm": `"Driver":"kubernetes","Nodes":[` + node("a", "") + "," +
			node("b_1", `"namespace":"builds","persistent-volume-claim.requests.storage":"1Gi"`) + `]`,
		"other": `"Driver":"docker-container","Nodes":[{"Name":"a","Endpoint":"default"}]`,
	} {
		file := filepath.Join(dir, "instances", name)
		assert.NilError(t, os.WriteFile(file, []byte(`{"Name":"`+name+`",`+group+"}"), 0o600))
	}
	c := New(cliFor(t, "tcp://10.0.0.1:2375"))
	assert.DeepEqual(t, c.Claims("farm"), []string{
		"kubectl --kubeconfig /k --namespace builds delete persistentvolumeclaims --selector app=b-1",
	})
	for _, name := range []string{"other", "none"} {
		assert.Equal(t, len(c.Claims(name)), 0)
	}
}
