package cluster

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

func TestIsPlace(t *testing.T) {
	for text, want := range map[string]bool{
		"kubernetes": true, "kubernetes:lab/tests": true, "kubernetes,selector=a=b": true, "kubernetes:/ns": true,
		"kubernetes-1": false, "pi": false, "kubernetes://x": false, "ssh://kubernetes": false, "": false,
	} {
		assert.Check(t, is.Equal(IsPlace(text), want), text)
	}
}

func TestParsePlace(t *testing.T) {
	p, err := ParsePlace(
		"kubernetes:arn:aws:eks:eu-1:1:cluster/prod/tests,selector=pool=arm,selector=kubernetes.io/arch=arm64",
	)
	assert.NilError(t, err)
	assert.Equal(t, p.At, "arn:aws:eks:eu-1:1:cluster/prod/tests")
	assert.DeepEqual(t, p.Selector, []string{"kubernetes.io/arch=arm64", "pool=arm"})
	for text, want := range map[string]string{
		"kubernetes:":                  "names no context and no namespace",
		"kubernetes:/":                 "names no context and no namespace",
		"kubernetes:lab/":              "names no namespace behind the /; give kubernetes:lab, or kubernetes:lab/NAMESPACE",
		"kubernetes,kubeconfig=":       "kubeconfig names no file; give kubeconfig=FILE",
		"kubernetes,":                  `there is no option ""`,
		"kubernetes,node=x":            `there is no option "node"`,
		"kubernetes,selector=arm64":    `"arm64" is no label`,
		"kubernetes,selector=a=b c":    `"a=b c" is no label`,
		"kubernetes:x,selector=a=b=c":  `"a=b=c" is no label`,
		"kubernetes,selector":          `"" is no label`,
		"kubernetes,selector=a=$(pwd)": `"a=$(pwd)" is no label`,
		"kubernetes,selector=a//b=c":   `"a//b=c" is no label`,
		"kubernetes,selector=a=-b":     `"a=-b" is no label`,

		"kubernetes,selector=a=b,selector=a=c": "no node has two values of one label",
	} {
		_, err := ParsePlace(text)
		assert.Check(t, is.ErrorContains(err, want), text)
	}
}

// What a place does not say is that of the builder. The nodes of another cluster may have other labels.
func TestPlaceOfABuilder(t *testing.T) {
	for _, at := range []struct{ said, home, want string }{
		{"kubernetes", "kubernetes:prod/builds,selector=a=b", "kubernetes:prod/builds,selector=a=b"},
		{"kubernetes", "kubernetes:/builds,selector=a=b", "kubernetes:/builds,selector=a=b"},
		{"kubernetes,selector=c=d", "kubernetes:prod/builds,selector=a=b", "kubernetes:prod/builds,selector=c=d"},
		{"kubernetes:/ci", "kubernetes:c/prod/builds,selector=a=b", "kubernetes:c/prod/ci,selector=a=b"},
		{"kubernetes:c/prod", "kubernetes:c/prod/builds,selector=a=b", "kubernetes:c/prod,selector=a=b"},
		{"kubernetes:c/prod/ci", "kubernetes:c/prod/builds,selector=a=b", "kubernetes:c/prod/ci,selector=a=b"},
		{"kubernetes:lab/ci", "kubernetes:prod/builds,selector=a=b", "kubernetes:lab/ci"},
		{"kubernetes:prod/ci", "kubernetes:prod/builds,selector=a=b,kubeconfig=/k", "kubernetes:prod/ci"},
		{"kubernetes", "kubernetes:prod/builds,kubeconfig=/k", "kubernetes:prod/builds,kubeconfig=/k"},
		{"kubernetes,kubeconfig=/o", "kubernetes:prod/builds,kubeconfig=/k", "kubernetes,kubeconfig=/o"},
	} {
		said, err := ParsePlace(at.said)
		assert.NilError(t, err)
		home, err := ParsePlace(at.home)
		assert.NilError(t, err)
		assert.Check(t, is.Equal(said.Or(home).String(), at.want), at.said)
	}
}

// kubeconfig is one with two contexts, whose names have slashes and colons as real ones do.
func kubeconfig(t *testing.T, server string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	text := `{apiVersion: v1, kind: Config, current-context: lab,
 clusters: [{name: c, cluster: {server: "` + server + `"}}], users: [{name: u, user: {token: secret}}],
 contexts: [{name: lab, context: {cluster: c, user: u}},
  {name: "arn:aws:eks:1:cluster/prod", context: {cluster: c, user: u, namespace: builds}}]}`
	assert.NilError(t, os.WriteFile(file, []byte(text), 0o600))
	t.Setenv("KUBECONFIG", file)
}

// Context and namespace are told apart by what is in the kubeconfig. Nothing is contacted.
func TestConnect(t *testing.T) {
	kubeconfig(t, "http://127.0.0.1:1")
	for at, want := range map[string]string{
		"":                                 "kubernetes:lab/default",
		"lab":                              "kubernetes:lab/default",
		"lab/tests":                        "kubernetes:lab/tests",
		"/tests":                           "kubernetes:lab/tests",
		"arn:aws:eks:1:cluster/prod":       "kubernetes:arn:aws:eks:1:cluster/prod/builds",
		"arn:aws:eks:1:cluster/prod/tests": "kubernetes:arn:aws:eks:1:cluster/prod/tests",
	} {
		c, err := Connect(Place{At: at})
		assert.NilError(t, err, at)
		assert.Check(t, is.Equal(c.Name(), want))
		assert.Check(t, is.Equal(c.Server, "http://127.0.0.1:1"))
	}
	_, err := Connect(Place{At: "prod/tests"})
	assert.ErrorContains(t, err, `there is no context "prod" in the kubeconfig; there are arn:aws:eks:1:cluster/prod, lab`)
	for _, namespace := range []string{"..", "Not Valid", "a%2fb", "a.b", "-a"} {
		_, err = Connect(Place{At: "lab/" + namespace})
		assert.Check(t, is.ErrorContains(err, "is no name of a namespace"), namespace)
	}
	file := os.Getenv("KUBECONFIG")
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	c, err := Connect(Place{Kubeconfig: file})
	assert.NilError(t, err)
	assert.Equal(t, c.Kubectl(), "kubectl --kubeconfig "+file+" --context lab --namespace default")
	_, err = Connect(Place{At: "lab"})
	assert.ErrorContains(t, err, "there are none")
}

// Without a kubeconfig it is said where one is looked for.
func TestNoKubeconfig(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	_, err := Connect(Place{})
	assert.ErrorContains(t, err, "there is no kubeconfig: nothing is at "+os.Getenv("KUBECONFIG"))
	assert.ErrorContains(t, err, "KUBECONFIG names another")
}
