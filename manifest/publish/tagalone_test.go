package publish

import (
	"slices"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// Where one tag is all that is to be sent it is looked at once, written once and read back once. Whatever comes besides
// has the index written by digest before, and the tag looked at again.
func TestPublishTagAlone(t *testing.T) {
	const byDigest, again = "PUT DIGEST", "HEAD 1"
	tests := map[string]struct {
		change func(*Request)
		extra  []string
	}{
		"alone":            {func(*Request) {}, nil},
		"with others":      {func(p *Request) { p.AtOnce = false }, []string{byDigest, again}},
		"with another tag": {func(p *Request) { p.Tags = []string{"1", "2"} }, []string{byDigest, again}},
		"with an arch tag": {func(p *Request) { p.ArchTags = p.ArchTags[:1] }, []string{byDigest, again}},
		"with a manifest":  {func(p *Request) { p.Present = p.Present[1:] }, []string{byDigest, again}},
		"seen long ago": {
			func(p *Request) { p.Seen["1"] = Seen{at: time.Now().Add(-time.Hour), err: p.Seen["1"].err} }, []string{again},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy, store := registrytest.New(t), memory{}
			repo := openRepository(t, proxy)
			before := store.publication(t, "parts", "amd64", "arm64")
			before.Tags = []string{"parts"}
			_, err := Publish(t.Context(), repo, store, before, nil)
			assert.NilError(t, err)
			p := store.publication(t, "parts", "amd64", "arm64")
			arch := p.ArchTags
			entries := []digest.Digest{arch[0].Manifest.Digest, arch[1].Manifest.Digest}
			p.Index = store.index(t, arch[0].Manifest, arch[1].Manifest) // without attestations: another one
			p.Present, p.AtOnce, p.ArchTags = entries, true, nil
			if name == "with an arch tag" {
				p.ArchTags = arch
			}
			p.Seen = See(t.Context(), repo, []string{"1"}, Guards{})
			tc.change(&p)
			asked := len(proxy.Log(""))
			_, err = Publish(t.Context(), repo, store, p, nil)
			assert.NilError(t, err)
			root := "/v2/team/app/manifests/" + p.Index.Digest.String()
			count := func(request string) int {
				return len(slices.DeleteFunc(proxy.Log("")[asked:], func(s string) bool { return s != request }))
			}
			at := "/v2/team/app/manifests/1"
			assert.Check(t, is.Equal(count("PUT "+root) == 1, slices.Contains(tc.extra, byDigest)))
			assert.Check(t, is.Equal(count("HEAD "+at) == 1, slices.Contains(tc.extra, again)))
			assert.Check(t, is.Equal(count("PUT "+at), 1))
			assert.Check(t, is.Equal(count("GET "+at), 1))
			if len(tc.extra) == 0 {
				assert.Check(t, is.Len(proxy.Log("")[asked:], 2))
			}
			assertWhole(t, repo, "1", p.Index)
		})
	}
}
