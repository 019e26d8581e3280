package inputs

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// FuzzParseProvenance holds that what BuildKit, or somebody else, says of a build is read as such: what is named as
// recorded stands there, and each digest has an algorithm.
func FuzzParseProvenance(f *testing.F) {
	for _, seed := range []string{
		`{"predicate":{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:docker/a@1?platform=linux%2Famd64","digest":` +
			`{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}],"externalParameters":{"configSource":` +
			`{"uri":"https://x/y.git#main","digest":{"sha1":"b"},"path":"Dockerfile"},"request":{"args":{"build-arg:A":"1",` +
			`"label:l":"x","target":"t"},"secrets":[{"id":"s"}],"ssh":[{"id":"default"}]}}}}}`,
		`{"predicate":{"materials":[{"uri":"%zz","digest":null}],"invocation":{"configSource":{"entryPoint":"x"},"parameters":` +
			`{"args":{"build-arg:":""}}}}}`,
		`{"predicate":null}`, `[]`, `{"predicate":{"materials":[{"uri":"pkg:docker/a","digest":{"sha256":"x"}}]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := parseProvenance(body)
		if err != nil {
			return
		}
		assert.Assert(t, json.Valid(body))
		for name := range p.Arguments {
			assert.Assert(t, p.Recorded, "%q", name)
		}
		for uri, dgst := range p.Sources {
			assert.Assert(t, !strings.HasPrefix(uri, Dependency), "%q", uri)
			_, _, parted := strings.Cut(dgst.String(), ":") // without, the library panics
			assert.Assert(t, parted, "%q: %q", uri, dgst)
		}
	})
}
