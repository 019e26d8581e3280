package builder

import (
	"testing"

	buildxbuilder "github.com/docker/buildx/builder"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// A node that could sign in by the address alone is refused, and only where that is what is to be done; the password is
// not repeated.
func TestNodesThatKeepAddresses(t *testing.T) {
	const repository, archive = "https://user:CANARY@host/x.git", "https://user:CANARY@host/x.tar"
	for _, tc := range []struct {
		version, place string
		refused        bool
	}{
		{"v0.22.0", archive, true},
		{"v0.12.5", archive, true},
		{"v0.22.0", repository, false},
		{"v0.22.0", "https://host/x.tar", false},
		{"v0.23.0", archive, false},
		{"v0.34.2", archive, false},
		{"v1.0.0", archive, false},
		{"somebody's own", archive, false},
	} {
		b := &Builder{nodes: []buildxbuilder.Node{{Version: tc.version}}}
		for _, r := range []request.Request{
			{Context: tc.place}, {Context: ".", BuildContexts: []string{"more=" + tc.place}},
		} {
			err := b.checkAddresses([]Work{{Request: r}}, []int{0})
			if !tc.refused {
				assert.NilError(t, err, tc.version)
				continue
			}
			assert.ErrorIs(t, err, errdefs.ErrNotReady)
			assert.ErrorContains(t, err, `"https://xxxxx:xxxxx@host/x.tar"`)
		}
	}
}
