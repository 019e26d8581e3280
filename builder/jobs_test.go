package builder

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/containerd/platforms"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A builder in a cluster says where it builds a platform: in the context of its kubeconfig, in its namespace, on nodes
// with these labels. Nothing is contacted, and no other builder is anywhere.
func TestHome(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BUILDX_CONFIG", dir)
	file := filepath.Join(dir, "kubeconfig")
	config := `{apiVersion: v1, kind: Config, current-context: prod, users: [{name: u, user: {}}],
 clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}],
 contexts: [{name: prod, context: {cluster: c, user: u, namespace: ci}}]}`
	assert.NilError(t, os.WriteFile(file, []byte(config), 0o600))
	assert.NilError(t, os.Mkdir(filepath.Join(dir, "instances"), 0o700))
	node := func(name, platforms, options string) string {
		return `{"Name":"` + name + `","Endpoint":"kubernetes:///b?deployment=` + name + `&kubeconfig=` + file +
			`","Platforms":[` + platforms + `],"DriverOpts":{` + options + `}}`
	}
	amd64, arm64 := `{"os":"linux","architecture":"amd64"}`, `{"os":"linux","architecture":"arm64"}`
	for name, group := range map[string]string{
		"farm": `"Driver":"kubernetes","Nodes":[` + node("a", amd64, `"nodeselector":"pool=a"`) + "," +
			node("b", arm64, `"nodeselector":"\"pool=b,disk=ssd\"","namespace":"builds",`+
				`"tolerations":"key=team,value=ci"`) + `]`,
		"one":   `"Driver":"kubernetes","Nodes":[` + node("a", "", `"nodeselector":"pool=a"`) + `]`,
		"lone":  `"Driver":"kubernetes","Nodes":[{"Name":"a","Endpoint":"kubernetes:///b?kubeconfig=/not/there"}]`,
		"other": `"Driver":"docker-container","Nodes":[{"Name":"a","Endpoint":"default"}]`,
	} {
		assert.NilError(
			t,
			os.WriteFile(filepath.Join(dir, "instances", name), []byte(`{"Name":"`+name+`",`+group+"}"), 0o600),
		)
	}
	for _, kubeconfig := range []string{"", file} {
		t.Setenv("KUBECONFIG", kubeconfig)
		same := ""
		if kubeconfig == "" {
			same = ",kubeconfig=" + file
		}
		for _, at := range []struct{ builder, platform, want string }{
			{"farm", "linux/amd64", "kubernetes:prod/ci,selector=pool=a" + same},
			{"farm", "linux/arm64", "kubernetes:prod/builds,selector=pool=b,selector=disk=ssd,toleration=team=ci" + same},
			{"farm", "linux/s390x", "kubernetes:prod/ci" + same},
			{"one", "linux/s390x", "kubernetes:prod/ci,selector=pool=a" + same},
			{"lone", "linux/amd64", ""},
			{"other", "linux/amd64", ""},
			{"none", "linux/amd64", ""},
		} {
			home, is1 := New(cliFor(t, "tcp://10.0.0.1:2375")).Home(at.builder, platforms.MustParse(at.platform))
			assert.Check(t, is.Equal(is1, at.want != ""), "%v", at)
			assert.Check(t, !is1 || home.String() == at.want, "%s", home)
		}
	}
}
