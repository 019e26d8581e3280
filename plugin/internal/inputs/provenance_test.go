package inputs

import (
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
)

// Both versions of BuildKit's provenance are read, from a folder and from a repository, with arguments and without.
func TestParseProvenance(t *testing.T) {
	const hex = "f953904e031d0996714734826db9b016c07aa7f087a1f08d5d735103ad8c811a"
	sources := map[string]digest.Digest{"pkg:docker/busybox@latest": digest.Digest("sha256:" + hex)}
	for _, tc := range []struct {
		name, body string
		want       Provenance
	}{
		{
			"v1, a folder, arguments left out",
			`{"predicate":{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:docker/busybox@latest?platform=linux%2Famd64",` +
				`"digest":{"sha256":"` + hex + `"}}],"externalParameters":{"configSource":{"path":"Dockerfile"},"request":` +
				`{"args":{"target":"app"},"secrets":[{"id":"a","optional":true}],"ssh":[{"id":"default"}]}}},"runDetails":{"metadata":{"buildkit_metadata":{"vcs":{"revision":"abc",` +
				`"source":"https://git.example/x"}},"buildkit_completeness":{"request":false}}}}}`,
			Provenance{
				Dockerfile: "Dockerfile", Target: "app", Revision: "abc", Repository: "https://git.example/x", Sources: sources,
				Lent: []string{"secret a", "ssh default"},
			},
		},
		{
			"v1, a repository, all arguments",
			`{"predicate":{"buildDefinition":{"externalParameters":{"configSource":{"uri":"https://git.example/x.git#main",` +
				`"digest":{"sha1":"abc"},"path":"Dockerfile"},"request":{"args":{"build-arg:A":"1","label:l":"x"}}}},` +
				`"runDetails":{"metadata":{"buildkit_completeness":{"request":true}}}}}`,
			Provenance{
				Context: "https://git.example/x.git#main", Commit: "abc", Dockerfile: "Dockerfile", Recorded: true,
				Arguments: map[string]string{"A": "1"}, Labels: map[string]string{"l": "x"},
			},
		},
		{
			"v0.2",
			`{"predicate":{"invocation":{"configSource":{"uri":"https://git.example/x.git","digest":{"sha1":"abc"},` +
				`"entryPoint":"Dockerfile"},"parameters":{"args":{"build-arg:A":"1"},"secrets":[{"id":"b"}]}},"materials":[{"uri":` +
				`"pkg:docker/busybox@latest","digest":{"sha256":"` + hex + `"}}]}}`,
			Provenance{
				Context: "https://git.example/x.git", Commit: "abc", Dockerfile: "Dockerfile", Recorded: true,
				Arguments: map[string]string{"A": "1"}, Sources: sources, Lent: []string{"secret b"},
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := parseProvenance([]byte(tc.body))
			assert.NilError(t, err)
			for _, empty := range []*map[string]string{&tc.want.Arguments, &tc.want.Labels} {
				if *empty == nil {
					*empty = map[string]string{}
				}
			}
			if tc.want.Sources == nil {
				tc.want.Sources = map[string]digest.Digest{}
			}
			assert.DeepEqual(t, got, tc.want)
		})
	}
	_, err := parseProvenance([]byte("{"))
	assert.ErrorContains(t, err, "reading the provenance")
}
